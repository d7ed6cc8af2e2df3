# On SQLite one replica, restarted on failure:
#   docker run --restart on-failure --env-file .env -v sync:/data dynamics-marketo-sync
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DATABASE_URL=sqlite:////data/sync.db

RUN useradd --system --create-home --uid 10001 sync && install -d -o sync -g sync /data
WORKDIR /app

# The versions of the lock file (its hashes cover the extras too, so they are left out here), without what only the
# sandbox, the tests and the checks need.
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY bot bot
COPY sync sync
COPY storage storage
RUN sed -e '/^ *--hash/d' -e 's/ *\\$//' requirements.lock > /tmp/versions.txt && pip install -c /tmp/versions.txt .

USER sync
VOLUME /data
# Answers when HEALTH_PORT is set; without it, the container counts as healthy while the process lives.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", "import os, urllib.request as web; port = os.environ.get('HEALTH_PORT', '0'); port == '0' or web.urlopen(f'http://127.0.0.1:{port}/healthz', timeout=4)"]

# Stops in order on SIGTERM: the round under way is finished first.
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
