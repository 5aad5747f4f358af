"""What an API was asked for, and from the beginning again: fetches.py SHAPE SERVER no|tagged

The root and one list for each container, each file once, and a tag for each file or none.
"""
import json
import sys
import urllib.request

import tree


def main():
    shape, server, tagged = sys.argv[1:]
    containers, files = {""}, 0
    for *folders, name, _ in tree.files(shape):
        folders = [folder for folder in folders if folder]
        containers |= {"/".join(folders[:n]) for n in range(1, len(folders) + 1)}
        files += name is not None
    with urllib.request.urlopen(server + "/count") as answer:
        count = json.load(answer)
    urllib.request.urlopen(urllib.request.Request(server + "/count", method="DELETE")).read()
    tags = count.pop("tags")
    n_tags = files if tagged == "tagged" else 0
    wanted = {"container": 1, "children": len(containers), "file": files, "tag": n_tags, "twice": 0}
    assert count == wanted, (count, wanted)
    assert len(tags) == wanted["tag"]
    print(f"{len(containers)} containers with {files} files: {count['children'] + 1} fetches, {len(tags)} tags")


main()
