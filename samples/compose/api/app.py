# SPDX-License-Identifier: Apache-2.0
"""The application: counts visits in the store, and says how many there were."""
import http.server
import signal
import socket
import sys


def ask_store(*words):
    """One command in redis' own protocol; its reply is one line."""
    with socket.create_connection(("store", 6379), timeout=10) as store:
        store.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        return store.makefile("rb").readline().strip()


class Visits(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/visits":
            self.send_error(404)
            return
        count = ask_store(b"INCR", b"visits")[1:]
        self.send_response(200)
        self.send_header("Content-Length", str(len(count)))
        self.end_headers()
        self.wfile.write(count)


if __name__ == "__main__":
    # The first process of a container is sent SIGTERM, and the kernel lets it go only if it wants to.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    http.server.ThreadingHTTPServer(("", 8000), Visits).serve_forever()
