#!/usr/bin/env python3
"""
Replays a simulated world (world.py) and says what became of it: measure.py PIXELCTL DIR [--no-learn] [--no-watch] [-c FILE].

Named after how many mails of the campaign, and each host after how many of its own; alarms on ordinary mail; live beacons that
were delivered; ordinary pictures that were lost.
"""

import argparse
import json
import os
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def replay(pixelctl, folder, *, learn=True, watch=True, config=()):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        lines = ["Mode enforce", f"RulesDir {ROOT}/rules", f"StateDir {folder}/state", *config]
        file.write("\n".join(lines + ([f"Group watch {folder}/watch.txt"] if watch else [])) + "\n")
        file.flush()
        command = [pixelctl, "replay", "-c", file.name, "--empty", "--envelope", folder + "/second.tsv", folder + "/second"]
        done = subprocess.run(command + (["--learn", folder + "/first"] if learn else []), capture_output=True, text=True,
                              check=False)
    if done.returncode != 0:
        raise AssertionError(f"replay ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def domain(url):
    return ".".join(url.split("/")[2].split(".")[-2:])


def measure(lines, truth):
    """What the world's truth says of a replay's output, as a dictionary."""
    mails, hosts = truth["second"], set(truth["hosts"])
    shown = {domain(url) for mail in truth["first"].values() for url in mail["pictures"] + mail["beacons"]}
    seen, since, named_at, waiting, named = 0, {}, None, {}, set()
    result = {"named_after": None, "alarms_on_ordinary": [], "foreign_hosts": [], "live_beacons": 0, "live_from": [],
              "pictures": 0, "pictures_lost": 0, "pictures_lost_of_known_domains": 0, "events": 0,
              "held": 0, "ordinary_held": 0, "campaigns": set()}
    for line in lines:
        if "campaign" in line and "references" not in line:
            result["events"] += 1
            result["campaigns"].add(line["campaign"])
            if mails[line["at"]]["kind"] == "ordinary":
                result["alarms_on_ordinary"].append(line["at"])
            result["foreign_hosts"] += [host for host in line["hosts"] if host not in hosts]
            if result["named_after"] is None and mails[line["at"]]["kind"] == "campaign":
                result["named_after"] = named_at = seen
            for host in line["hosts"]:
                if host in hosts and host not in named:
                    named.add(host)
                    waiting[host] = since.get(host, 0)
            continue
        mail = mails[line["file"]]
        held = line["action"] in ("hold", "reject", "redirect")
        kept = {r["url"] for r in line["references"] if r["decision"] == "keep"}
        if mail["kind"] == "campaign":
            seen += 1
            result["held"] += held
            if named_at is not None:
                for host in {url.split("/")[2] for url in mail["beacons"]}:
                    since[host] = since.get(host, 0) + 1
            live = [url for url in mail["beacons"] if url in kept and not held]
            result["live_beacons"] += len(live)
            result["live_from"] += [line["file"]] if live else []
        else:
            result["ordinary_held"] += held
            result["pictures"] += len(mail["pictures"])
            lost = [url for url in mail["pictures"] if held or url not in kept]
            result["pictures_lost"] += len(lost)
            result["pictures_lost_of_known_domains"] += len([url for url in lost if domain(url) in shown])
    result["mails_of_host_before_named"] = waiting
    result["hosts_named"] = len(named)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("pixelctl")
    parser.add_argument("folder")
    parser.add_argument("--no-learn", action="store_true")
    parser.add_argument("--no-watch", action="store_true")
    parser.add_argument("-o", "--option", action="append", default=[], help="a line of configuration")
    arguments = parser.parse_args()
    with open(arguments.folder + "/truth.json", encoding="utf-8") as file:
        truth = json.load(file)
    result = measure(replay(arguments.pixelctl, arguments.folder, learn=not arguments.no_learn, watch=not arguments.no_watch,
                            config=arguments.option), truth)
    for key, value in result.items():
        print(f"{key}: {sorted(value) if isinstance(value, set) else value}")


if __name__ == "__main__":
    main()
