"""python -m sandbox dynamics|marketo|slack --port N: one service on loopback."""

import argparse

from aiohttp import web

from sandbox.service import surroundings_from


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("service", choices=["dynamics", "marketo", "slack"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--limits", choices=["real", "none"], default="real", help="the service's documented limits")
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="added to every call")
    parser.add_argument("--faults", type=float, default=0.0, metavar="RATE", help="share of calls that fail for now")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", metavar="DIR", help="CSV files named and shaped like Dataverse tables (dynamics)")
    parser.add_argument("--client-id", default="demo")
    parser.add_argument("--client-secret", default="demo")
    parser.add_argument("--tenant", default="demo")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    around = surroundings_from(arguments)
    if arguments.service == "dynamics":
        from sandbox.dynamics.app import make_app
    elif arguments.service == "marketo":
        from sandbox.marketo.app import make_app
    else:
        from sandbox.slack.app import make_app
    app = make_app(around, arguments)
    web.run_app(app, host="127.0.0.1", port=arguments.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
