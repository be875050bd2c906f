"""Sets documents that differ, and prints the most memory that the process took, in MB.

Run as a process of its own, with how many documents to set.
"""

import resource
import sys

from maps.typeset import typeset

TEMPLATE = b"""#set text(font: "Noto Sans SC", size: 9pt)
#for row in range(3000) [#sys.inputs.name, row #row: 1 234.56 m2 \\ ]
"""


def main() -> int:
    for number in range(int(sys.argv[1])):
        typeset(TEMPLATE, {"name": f"document {number}"})
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    return 0


if __name__ == "__main__":
    sys.exit(main())
