"""Opens the pages of reports in a headless Chromium, as a person would: nothing is asked for, nothing complained of, all
text can be read, on narrow and wide screens, in light and dark. looks_test.py ALSTER [FOLDER for pictures]"""
import base64
import pathlib
import sys
import tempfile
import unittest

import browser
import sample_run

if not browser.find():
    print("skipped: there is no chromium (apt-get install chromium)")
    sys.exit(4)
ALSTER = sys.argv.pop(1)
PICTURES = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None

# Of each piece of text: its contrast to what is behind it (WCAG 2: 4.5 is legible), its size, and whether it lies
# beside the page. Folded parts are opened before.
READ = r"""
(() => {
  document.querySelectorAll("details").forEach(d => d.open = true);
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const light = c => [0, 1, 2].map(i => c[i] / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
      .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = node => {
    const layers = [];
    for (let n = node; n && n.nodeType == 1; n = n.parentNode) layers.push(parse(getComputedStyle(n).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const result = { texts: 0, faint: [], small: [], outside: [], marks: [] };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; text = walk.nextNode();) {
    const node = text.parentElement, style = getComputedStyle(node);
    if (!text.data.trim() || node.tagName == "title" || style.visibility == "hidden") continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (box.width == 0) continue;
    result.texts += 1;
    const drawn = node.namespaceURI.endsWith("svg");
    const back = behind(node), color = over(parse(drawn ? style.fill : style.color), back);
    const ratio = contrast(color, back), what = text.data.trim().slice(0, 40);
    if (ratio < 4.5) result.faint.push([what, ratio]);
    const svg = node.closest("svg");
    const scale = drawn ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    if (parseFloat(style.fontSize) * scale < 10.5) result.small.push([what, parseFloat(style.fontSize) * scale]);
    if (!node.closest(".scroll") && (box.right > innerWidth + .5 || box.left < -.5)) result.outside.push([what, box.right]);
  }
  for (const mark of document.querySelectorAll("polyline, circle, rect, line.span")) {
    const style = getComputedStyle(mark), back = behind(mark);
    const ratio = contrast(over(parse(style.stroke == "none" ? style.fill : style.stroke), back), back);
    if (ratio < 3) result.marks.push([mark.outerHTML.slice(0, 80), ratio]);
  }
  result.width = document.documentElement.scrollWidth;
  result.background = getComputedStyle(document.body).backgroundColor;
  return result;
})()
"""


class Looks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        runs = sample_run.SampleRuns(ALSTER, cls.kept.name)
        run = runs.train("sweep/one")
        runs.train("sweep/two", {"--reg": 0.3})
        runs.ok("report", run, "--out", runs.path("report.html"))
        runs.ok("report", run, "--log-only", "--out", runs.path("log.html"))
        runs.ok("sweep-report", runs.path("sweep"), "--html", runs.path("sweep.html"))
        cls.pages = [runs.path(name) for name in ("report.html", "log.html", "sweep.html")]
        cls.browser = browser.Browser(browser.find())

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.kept.cleanup()

    def test_a_person_can_read_every_page_everywhere(self):
        for page in self.pages:
            backgrounds = {}
            for width in (400, 1400):
                for scheme in ("light", "dark"):
                    with self.subTest(page=page.name, width=width, scheme=scheme):
                        self.browser.look(width, scheme)
                        seconds = self.browser.open(page.as_uri())
                        seen = self.browser.value(READ)
                        self.assertEqual([page.as_uri()], [r for r in self.browser.requests if r != "data:,"])
                        self.assertEqual([], self.browser.complaints)
                        self.assertGreater(seen["texts"], 40)
                        for flaw in ("faint", "small", "outside", "marks"):
                            self.assertEqual([], seen[flaw], flaw)
                        self.assertLessEqual(seen["width"], width)
                        self.assertLess(seconds, 30)
                        backgrounds[scheme] = seen["background"]
                        if PICTURES:
                            name = f"{page.stem}_{width}_{scheme}.png"
                            (PICTURES / name).write_bytes(base64.b64decode(self.browser.picture()))
            self.assertNotEqual(backgrounds["light"], backgrounds["dark"])

    def test_flaws_are_seen(self):
        """The reading itself: text of its background's colour, tiny, or beside the page is found."""
        page = pathlib.Path(self.kept.name) / "bad.html"
        page.write_text('<!DOCTYPE html><meta charset="utf-8"><body style="background:#fff"><p style="color:#eee">faint</p>'
                        '<p style="font-size:6px">small</p><p style="position:absolute;left:900px">outside</p>'
                        '<script>console.error("bad")</script><img src="missing.png">')
        self.browser.look(400, "light")
        self.browser.open(page.as_uri())
        seen = self.browser.value(READ)
        self.assertEqual(["faint"], [what for what, _ in seen["faint"]])
        self.assertEqual(["small"], [what for what, _ in seen["small"]])
        self.assertEqual(["outside"], [what for what, _ in seen["outside"]])
        self.assertTrue(self.browser.complaints)
        self.assertEqual(2, len(self.browser.requests))


if __name__ == "__main__":
    unittest.main(verbosity=1)
