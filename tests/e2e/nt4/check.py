"""What nt4.* do with clients and robots, good and bad ones: `check.py TEST...`."""

import sys

import check_clients
import check_server

if __name__ == "__main__":
    for name in sys.argv[1:]:
        (getattr(check_server, name, None) or getattr(check_clients, name))()
