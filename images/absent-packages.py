"""Prints those requirements of a file that this Python has in no version: what a base brings stays."""

import re
import sys
from importlib import metadata


def is_present(name):
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


# A requirement goes on over lines that end in a backslash.
for requirement in re.split(r"(?<!\\)\n", open(sys.argv[1]).read()):
    name = re.match(r"[\w.-]+", requirement)
    if name and not is_present(name[0]):
        print(requirement)
