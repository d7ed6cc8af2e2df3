"""Pictures of a page, made small: as many colours as one byte can name, which is plenty for text and tables."""

import base64
import struct
import zlib
from collections import Counter
from typing import Any

PIXELS = """async (picture) => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [image.width, image.height, btoa(text)];
}"""
COLOURS = 256


async def small(picture: bytes, page: Any) -> bytes:
    """The same PNG with a palette; `page` is any page of the browser, which knows how to read pictures."""
    width, height, pixels = await page.evaluate(PIXELS, base64.b64encode(picture).decode())
    rgba = base64.b64decode(pixels)
    colours = [rgba[at : at + 3] for at in range(0, len(rgba), 4)]
    palette = [colour for colour, _ in Counter(colours).most_common(COLOURS)]
    places = {colour: at for at, colour in enumerate(palette)}
    for colour in set(colours) - set(places):
        places[colour] = nearest(colour, palette)
    named = bytes(places[colour] for colour in colours)
    rows = b"".join(b"\0" + named[at : at + width] for at in range(0, len(named), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def nearest(colour: bytes, palette: list[bytes]) -> int:
    """The place of the most similar colour."""
    return min(range(len(palette)), key=lambda at: sum((a - b) ** 2 for a, b in zip(colour, palette[at], strict=True)))


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG file: length, kind, data and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
