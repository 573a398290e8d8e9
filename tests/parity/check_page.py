#!/usr/bin/env python3
"""The page of `tamis profile --html` in a browser: Chromium reads it without a word of complaint, asks nobody for anything, has every
section there, and draws something of a sensible size, by day and by night. Skipped where there is no Chromium."""
import atexit
import html.parser
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

TAMIS = str(Path(sys.argv[1]).resolve())
FOLDER = tempfile.mkdtemp(prefix="tamis-page-")
atexit.register(shutil.rmtree, FOLDER)
os.chdir(FOLDER)
WIDTH, HEIGHT = 1000, 1400


def find_browser():
    """One that runs: Ubuntu's is a script that asks for a snap."""
    for name in filter(None, (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")):
        path = shutil.which(name)
        if path and subprocess.run([path, "--version"], capture_output=True).stdout.startswith((b"Chromium", b"Google Chrome")):
            return path
    return None


CHROMIUM = find_browser()
if not CHROMIUM:
    print("TAP version 13\n1..0 # SKIP there is no Chromium that runs")
    sys.exit()


def browse(page, *options):
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", "--user-data-dir=%s/profile" %
         os.getcwd(), "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-extensions",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--log-net-log=%s/net.json" % os.getcwd(), *options, "file://" + str(Path(page).resolve())],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.decode(), done.stderr.decode("utf-8", "replace")


def requests():
    """What was asked for over a network: addresses in Chromium's own log. Not what the browser asks on its own behalf."""
    text = Path("net.json").read_text(errors="replace")
    return [url for url in re.findall(r'"url":"((?:https?|ftp|wss?)://[^"]*)"', text) if not re.search(r"//[a-z0-9.]*(google|gvt1|gstatic)[a-z]*\.com", url)]


def complaints(said):
    return [line for line in said.splitlines() if ":CONSOLE" in line]


class Sections(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.heads, self.ids, self.cards, self.links, self.outside, self.inside = [], set(), 0, [], [], False

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.inside = tag == "h2"
        if self.inside:
            self.heads.append("")
        if "id" in a:
            self.ids.add(a["id"])
        self.cards += a.get("class") == "card"
        if tag == "a":
            self.links.append(a["href"])
        self.outside += [v for k, v in attributes if k in ("src", "href", "data", "action") and not (v or "").startswith("#")]

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "h2"

    def handle_data(self, data):
        if self.inside:
            self.heads[-1] += data


def pixels(path):
    """Width, height, and the rows of an 8-bit PNG, each a list of (r, g, b)."""
    data = Path(path).read_bytes()
    at, packed = 8, b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + n]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6), (depth, colour)
        packed += body if kind == b"IDAT" else b""
        at += 12 + n
    raw, size = zlib.decompress(packed), 3 if colour == 2 else 4
    before, rows = bytearray(width * size), []
    for y in range(height):
        how, line = raw[y * (width * size + 1)], bytearray(raw[y * (width * size + 1) + 1:(y + 1) * (width * size + 1)])
        if how == 2:
            line = bytearray((a + b) & 255 for a, b in zip(line, before))
        elif how:
            for i in range(len(line)):
                left, up, corner = (line[i - size] if i >= size else 0), before[i], (before[i - size] if i >= size else 0)
                if how == 4:
                    p = left + up - corner
                    guess = min(((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner)))[2]
                else:
                    guess = left if how == 1 else (left + up) // 2
                line[i] = (line[i] + guess) & 255
        rows.append([tuple(line[i:i + 3]) for i in range(0, len(line), size)])
        before = line
    return width, height, rows


def table(path, columns, rows=300):
    r = random.Random(columns)
    with open(path, "w") as f:
        print(*("c%d" % i for i in range(columns - 1)), "label", sep=",", file=f)
        for _ in range(rows):
            z = r.gauss(0, 1)
            print(*("%.3f" % (z + r.gauss(0, 1)) if r.random() < .9 else "" for _ in range(columns - 1)), r.choice("ab"), sep=",", file=f)


def profile(columns):
    table("t%d.csv" % columns, columns)
    subprocess.run([TAMIS, "profile", "-q", "-t", "label", "--html", "t%d.html" % columns, "-o", "view.txt", "t%d.csv" % columns], check=True)


def read(columns):
    profile(columns)
    dom, said = browse("t%d.html" % columns, "--dump-dom")
    page = Sections()
    page.feed(dom)
    assert not complaints(said), complaints(said)
    assert not requests() and not page.outside, (requests(), page.outside)
    heads = [head.split(":")[0] for head in page.heads]
    assert heads == ["Findings", "Classes of label", "Missing cells", "Missing together", "Correlation of being missing", "Correlation",
                     "Columns"], heads
    assert page.cards == columns
    assert page.links and all(link[1:] in page.ids for link in page.links), [link for link in page.links if link[1:] not in page.ids]
    return dom


def three_columns():
    read(3)


def twelve_columns():
    read(12)


def three_hundred_columns():
    assert len(read(300)) < 4e6


def by_day_and_by_night():
    for columns in (3, 12, 300):
        light = {}
        for name, scheme in (("dark", 0), ("light", 1)):
            browse("t%d.html" % columns, "--screenshot=%s/%s.png" % (os.getcwd(), name), "--window-size=%d,%d" % (WIDTH, HEIGHT),
                   "--blink-settings=preferredColorScheme=%d" % scheme)
            width, height, rows = pixels(name + ".png")
            assert width == WIDTH and abs(height - HEIGHT) < 200, (width, height)
            back = rows[2][2]
            drawn = sum(sum(pixel != back for pixel in row) for row in rows) / width / height
            assert .02 < drawn < .98, (columns, name, drawn)
            assert len({pixel for row in rows[::7] for pixel in row}) > 30, (columns, name)
            # nothing is cut: the right edge is background all the way down, as the left one is
            assert all(row[1] == back and row[-2] == back for row in rows), (columns, name)
            light[name] = sum(back) / 3
        assert light["dark"] < 60 and light["light"] > 200, light


def a_fault_would_be_seen():
    text = Path("t3.html").read_text()
    Path("bad.html").write_text(text + "<script>console.error('x')</script><img src='http://example.invalid/x.png'>")
    dom, said = browse("bad.html", "--dump-dom")
    page = Sections()
    page.feed(dom)
    assert complaints(said) and page.outside == ["http://example.invalid/x.png"]
    assert [url for url in requests() if "example.invalid" in url], requests()


def what_is_wrong_in_html_is_text():
    """Names and cells that look like markup stay what they are."""
    Path("evil.csv").write_text("<script>console.error(1)</script>,b\n" + "<img src=x onerror=console.error(2)>,1\n</style><b>,2\n" * 30)
    subprocess.run([TAMIS, "profile", "-q", "--html", "evil.html", "-o", "view.txt", "evil.csv"], check=True)
    dom, said = browse("evil.html", "--dump-dom")
    assert not complaints(said) and "<img" not in dom and "<script" not in dom and not requests()


tests = [three_columns, twelve_columns, three_hundred_columns, by_day_and_by_night, a_fault_would_be_seen, what_is_wrong_in_html_is_text]
print("TAP version 13\n1..%d" % len(tests))
failed = 0
for i, test in enumerate(tests):
    try:
        test()
        why = ""
    except Exception as fault:
        failed += 1
        why = "".join("# %s\n" % line for line in re.sub(r"\s+", " ", "%s: %s" % (type(fault).__name__, fault)).splitlines())
    print("%sok %d - %s\n%s" % ("not " if why else "", i + 1, test.__name__.replace("_", " "), why), end="", flush=True)
sys.exit(failed > 0)
