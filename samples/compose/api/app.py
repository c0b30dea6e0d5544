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
    protocol_version = "HTTP/1.1"
    wbufsize = -1   # an answer is sent in one piece

    def do_GET(self):
        if self.path == "/visits":
            self.answer(200, ask_store(b"INCR", b"visits")[1:])
        else:
            self.answer(404, b"no such page")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    # The first process of a container is sent SIGTERM, and the kernel lets it go only if it wants to.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    http.server.HTTPServer(("", 8000), Visits).serve_forever()
