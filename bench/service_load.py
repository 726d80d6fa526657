"""Requests a second and percentiles of a service: service_load.py URL SECONDS CLIENTS PATH [BODY]

Each client keeps its connection and asks again when it has the answer. "{}" in PATH becomes a number from 1 to 500.
"""
import http.client
import random
import sys
import threading
import time
import urllib.parse

url, seconds, clients, path = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
body = sys.argv[5] if len(sys.argv) > 5 else None
host = urllib.parse.urlsplit(url).netloc
times, failures = [], []


def ask_again(number):
    draw, connection = random.Random(number), http.client.HTTPConnection(host, timeout=30)
    end = time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        connection.request("POST" if body else "GET", path.format(draw.randint(1, 500)), body)
        answer = connection.getresponse()
        answer.read()
        (times if answer.status == 200 else failures).append(time.perf_counter() - begin)


threads = [threading.Thread(target=ask_again, args=(n,)) for n in range(clients)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
times.sort()
assert times, "no request was answered"
print(f"{path}: {len(times) / seconds:.0f} requests/s, p50 {1e3 * times[len(times) // 2]:.1f} ms, "
      f"p99 {1e3 * times[int(.99 * len(times))]:.1f} ms, {len(failures)} failed")
