"""Follows a ledger's live API: a JSON line now and whenever the ledger has grown. Python alone, no package, no line of socai.

    socai serve LEDGER --http 127.0.0.1:8800
    python3 live.py http://127.0.0.1:8800 [--period 2023-02] [--times N]

Each line: {"size", "root", "newest": [{"name", "unit", "kind", …}], "period", "as_of", "figures": {code: value}}. The news comes as
server-sent events from /api/v1/live, the figures from /api/v1/figures, which may already be of a later size: "as_of" says of which.
A connection that breaks is made again, and what came in between is in the first event after it. Ends after N lines, or when nobody
answers for a minute.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SILENT_S = 45  # the server says something every 15 seconds
GIVE_UP_S = 60


def get(url, timeout=60):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return json.load(answer)


def events(stream):
    """Server-sent events as (name, data); comments keep the connection alive and are no event."""
    name, data = "message", []
    for line in stream:
        line = line.decode("utf-8").rstrip("\r\n")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))


def checkpoints(base):
    """The ledger's sizes with its news, for ever: each once, however often the connection breaks."""
    last, heard = -1, time.monotonic()
    while True:
        try:
            with urllib.request.urlopen(f"{base}/api/v1/live", timeout=SILENT_S) as stream:
                for name, data in events(stream):
                    heard = time.monotonic()
                    news = json.loads(data)
                    if name == "checkpoint" and news["size"] > last:
                        last = news["size"]
                        yield news
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if time.monotonic() - heard > GIVE_UP_S:
                raise SystemExit(f"{base}: {error}") from error
        time.sleep(0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--period", help="as in `socai report`; otherwise the newest")
    parser.add_argument("--times", type=int, help="end after so many lines")
    args = parser.parse_args()
    base = args.url.rstrip("/")
    asked = f"{base}/api/v1/figures"
    if args.period:
        asked += "?" + urllib.parse.urlencode({"period": args.period})
    for count, news in enumerate(checkpoints(base), 1):
        figures = get(asked)
        line = {
            "size": news["size"],
            "root": news["root"],
            "newest": news["newest"],
            "period": [figures["period"]["from"], figures["period"]["to"]],
            "as_of": figures["as_of"]["size"],
            "figures": {figure["indicator"]: figure["value"] for figure in figures["figures"]},
        }
        print(json.dumps(line, ensure_ascii=False), flush=True)
        if count == args.times:
            return


if __name__ == "__main__":
    sys.exit(main())
