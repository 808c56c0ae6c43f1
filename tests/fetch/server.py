"""A small object store over HTTP/1.1 on the loopback: ranges, ETags, If-Match, x-goog-hash; and faults on order.

    with Server({"/b/task_names.txt": b"x\n"}) as s:
        s.faults["/b/x/y.npz"] = [cut(1000), status(503)]     # one a request; then it behaves
        s.always["/b/x/y.npz"] = status(404)
        s.log                                                 # of Request, in the order they came
"""
import base64
import hashlib
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def shift(crc, n):
    for _ in range(n):
        crc = (crc >> 1) ^ (0x82f63b78 if crc & 1 else 0)
    return crc


_bytes = [shift(byte, 8) for byte in range(256)]


def crc32c(data):
    """RFC 3720, appendix B.4; its example is checked below."""
    crc = 0xffffffff
    for byte in data:
        crc = (crc >> 8) ^ _bytes[(crc ^ byte) & 255]
    return crc ^ 0xffffffff


assert crc32c(b"123456789") == 0xe3069283

_hashes = {}


def goog_hash(data):
    if data not in _hashes:
        crc = base64.b64encode(struct.pack(">I", crc32c(data))).decode()
        _hashes[data] = f"crc32c={crc},md5={base64.b64encode(hashlib.md5(data).digest()).decode()}"
    return _hashes[data]


class Request:
    def __init__(self, handler):
        self.method, self.path, self.headers = handler.command, handler.path, dict(handler.headers)
        self.range, self.if_match = handler.headers.get("Range"), handler.headers.get("If-Match")
        self.status = self.sent = None
        self.time = time.monotonic()

    def __repr__(self):
        return f"{self.method} {self.path} {self.range or ''} -> {self.status} {self.sent}"


# ---- faults: called with the handler, the bytes and the tag -----------------------------------------------------------

def status(code, body=b"no", **headers):
    return lambda h, data, etag: h.answer(code, body, {k.replace("_", "-"): v for k, v in headers.items()})


def cut(n):
    """The connection is closed after n bytes of the body."""
    return lambda h, data, etag: h.serve(data, etag, stop=n)


def stall(n):
    """After n bytes nothing more comes, until the client or the test gives up."""
    def fault(h, data, etag):
        h.serve(data, etag, stop=n, wait=h.server.gone)
    return fault


def slow(seconds):
    """The whole body, in ten pieces that take that long together."""
    return lambda h, data, etag: h.serve(data, etag, pause=seconds / 10)


def corrupt(at, **more):
    def fault(h, data, etag):
        bad = bytearray(data)
        bad[at] ^= 0x40
        h.serve(bytes(bad), etag, **{"hash": goog_hash(data), **more})
    return fault


def claims_length(n):
    """Content-Length says n more (or fewer) than is sent."""
    return lambda h, data, etag: h.serve(data, etag, length=len(data) + n)


def says_hash(text):
    return lambda h, data, etag: h.serve(data, etag, hash=text)


def chunked(etag=True, stop=None):
    def fault(h, data, tag):
        h.serve(data, tag if etag else None, chunks=True, stop=stop)
    return fault


def plain(**more):
    return lambda h, data, etag: h.serve(data, etag, **more)


def redirect(to, code=302):
    return lambda h, data, etag: h.answer(code, b"", {"Location": to})


def wrong_range(h, data, etag):
    """A 206 that begins elsewhere than was asked."""
    h.entry.status, h.entry.sent = 206, len(data)
    h.send_response(206)
    h.send_header("Content-Range", f"bytes 0-{len(data) - 1}/{len(data)}")
    h.send_header("ETag", etag)
    h.send_header("Content-Length", str(len(data)))
    h.end_headers()
    h.wfile.write(data)


def reset(h, data, etag):
    h.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    h.entry.status = "reset"
    h.close_connection = True
    h.connection.close()


def garbage(h, data, etag):
    h.entry.status = "garbage"
    h.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
    h.close_connection = True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass

    def do_GET(self):
        s = self.server.store
        self.entry = Request(self)
        with s.lock:
            s.log.append(self.entry)
            s.n_now += 1
            s.n_most = max(s.n_most, s.n_now)
            data = s.files.get(self.path)
            queue = s.faults.get(self.path)
            fault = queue.pop(0) if queue else s.always.get(self.path)
        try:
            if fault is not None:
                fault(self, data, self.tag(data))
            elif data is None:
                self.answer(404, b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>")
            else:
                if s.delay:
                    time.sleep(s.delay)
                self.serve(data, self.tag(data))
        except OSError:
            self.close_connection = True
        finally:
            with s.lock:
                s.n_now -= 1

    do_HEAD = do_GET

    @staticmethod
    def tag(data):
        return '"' + hashlib.sha1(data).hexdigest() + '"' if data is not None else None

    def answer(self, code, body, headers=None):
        self.entry.status, self.entry.sent = code, len(body)
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def serve(self, data, etag, stop=None, wait=None, pause=0, length=None, hash="", chunks=False, encoding=None,
              ranges=True):
        match = self.headers.get("If-Match") if ranges else None
        if match is not None and match != etag:
            return self.answer(412, b"changed")
        first = 0
        wanted = self.headers.get("Range")
        if wanted is not None and ranges and not chunks:
            first = int(wanted[len("bytes="):].split("-")[0])
            if first >= len(data):
                return self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
        body = data[first:]
        self.entry.status = 206 if first else 200
        self.send_response(self.entry.status)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        if etag is not None:
            self.send_header("ETag", etag)
        if hash is not None:
            for part in (hash or goog_hash(data)).split(","):  # in two headers, as the publisher's server does
                self.send_header("x-goog-hash", part)
        if encoding is not None:
            self.send_header("Content-Encoding", encoding)
        if chunks:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.entry.sent = 0
        if self.command == "HEAD":
            return None
        end = len(body) if stop is None else min(stop, len(body))
        step = max(1, len(body) // 10) if pause or chunks else max(1, end)
        for at in range(0, end, step):
            piece = body[at:min(at + step, end)]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunks else piece)
            self.entry.sent += len(piece)
            if pause:
                time.sleep(pause)
        if wait is not None:
            wait.wait(20)
        if stop is not None or length is not None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif chunks:
            self.wfile.write(b"0\r\n\r\n")
        return None


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, files=(), tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = self
        self.files, self.faults, self.always = dict(files), {}, {}
        self.log, self.lock = [], threading.Lock()
        self.n_now = self.n_most = 0
        self.delay = 0
        self.gone = threading.Event()
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.gone.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        pass

    def requests(self, path):
        with self.lock:
            return [r for r in self.log if r.path == path]
