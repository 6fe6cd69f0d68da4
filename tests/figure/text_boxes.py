"""Where the texts of a picture lie: the boxes of all texts in an SVG that gnuplot wrote, and which of
them overlap each other, the data's lines and points, or the picture's edges."""
import math
import re
import xml.etree.ElementTree as ElementTree

import matplotlib.font_manager
from matplotlib.ft2font import FT2Font

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
ASCENT, DESCENT = 0.70, 0.18  # of letters without accents, over the font's size
TOUCH = 0.6                   # boxes that share less than this (in the picture's units) only touch

_fonts = {}


def width(text, size, bold):
    """Of a text in the house's font."""
    if bold not in _fonts:
        path = matplotlib.font_manager.findfont(matplotlib.font_manager.FontProperties(
            family="Liberation Sans", weight="bold" if bold else "normal"))
        _fonts[bold] = FT2Font(path)
        _fonts[bold].set_size(100, 72)
    font = _fonts[bold]
    font.set_text(text, 0.0)
    advance = sum(font.load_char(ord(c)).linearHoriAdvance / 65536 for c in text)
    return advance / 100 * size


class Box:
    """A text's box: its corners turn with it, by quarters."""

    def __init__(self, text, x, y, wide, size, anchor, turned):
        start = {"start": 0, "middle": -wide / 2, "end": -wide}[anchor]
        low, high = -ASCENT * size, DESCENT * size
        corners = [(start, low), (start + wide, high)]
        if turned:
            angle = math.radians(turned)
            corners = [(x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle))
                       for x, y in corners]
        self.text = text
        self.left, self.right = sorted((x + corners[0][0], x + corners[1][0]))
        self.top, self.bottom = sorted((y + corners[0][1], y + corners[1][1]))

    def shares(self, other):
        return (min(self.right, other.right) - max(self.left, other.left) > TOUCH
                and min(self.bottom, other.bottom) - max(self.top, other.top) > TOUCH)

    def holds(self, x, y, radius=0.0):
        return (self.left + TOUCH - radius < x < self.right - TOUCH + radius
                and self.top + TOUCH - radius < y < self.bottom - TOUCH + radius)

    def crossed(self, x0, y0, x1, y1):
        """Does a line from one point to the other pass through?"""
        begin, end = 0.0, 1.0
        for low, high, at, by in ((self.left + TOUCH, self.right - TOUCH, x0, x1 - x0),
                                  (self.top + TOUCH, self.bottom - TOUCH, y0, y1 - y0)):
            if by == 0:
                if not low < at < high:
                    return False
                continue
            one, other = sorted(((low - at) / by, (high - at) / by))
            begin, end = max(begin, one), min(end, other)
        return begin < end

    def __str__(self):
        return f"'{self.text}' at {self.left:.0f},{self.top:.0f}"


def _numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text)]


def texts_of(root):
    boxes = []
    for group in root.iter(SVG + "g"):
        texts = group.findall(SVG + "text")
        transform = group.get("transform", "")
        if not texts or not transform.startswith("translate"):
            continue
        x, y = _numbers(re.search(r"translate\(([^)]*)\)", transform).group(1))[:2]
        turned = re.search(r"rotate\(([^)]*)\)", transform)
        turned = _numbers(turned.group(1))[0] if turned else 0
        size, anchor = float(group.get("font-size")), group.get("text-anchor", "start")
        for text in texts:
            wide, whole = 0, ""
            for span in text.iter(SVG + "tspan"):
                said = (span.text or "")
                own = float(_numbers(span.get("font-size", str(size)))[0])
                wide += width(said, own, span.get("font-weight") == "bold")
                whole += said
            if whole.strip():
                left = len(whole) - len(whole.lstrip())
                box = Box(whole, x, y, wide, size, anchor, turned)
                if left and not turned:  # blanks in front take room, and hide nothing
                    box.left += width(" " * left, size, False)
                boxes.append(box)
    return boxes


def data_of(root):
    """Segments of lines and (x, y, radius) of points of everything plotted."""
    segments, points = [], []
    for group in root.iter(SVG + "g"):
        if not group.get("id", "").startswith("gnuplot_plot"):
            continue
        for path in group.iter(SVG + "path"):
            at = None
            for command, rest in re.findall(r"([MLmlHhVv])([^MLmlHhVvZz]*)", path.get("d", "")):
                n = _numbers(rest)
                for x, y in zip(n[0::2], n[1::2]):
                    here = (at[0] + x, at[1] + y) if command in "ml" and at else (x, y)
                    if command in "Ll" and at:
                        segments.append((*at, *here))
                    at = here
        for use in group.iter(SVG + "use"):
            where = re.search(r"translate\(([^)]*)\)", use.get("transform", ""))
            scale = re.search(r"scale\(([^)]*)\)", use.get("transform", ""))
            if where:
                x, y = _numbers(where.group(1))[:2]
                points.append((x, y, _numbers(scale.group(1))[0] if scale else 1))
            elif use.get("x"):
                points.append((float(use.get("x")), float(use.get("y")), 1))
    return segments, points


def faults(path):
    """What a reader could not read in the picture, a line each."""
    root = ElementTree.parse(path).getroot()
    across, down = _numbers(root.get("viewBox"))[2:]
    boxes, (segments, points) = texts_of(root), data_of(root)
    found = []
    for k, box in enumerate(boxes):
        for other in boxes[k + 1:]:
            if box.shares(other):
                found.append(f"{box} lies on {other}")
        if box.left < -TOUCH or box.top < -TOUCH or box.right > across + TOUCH or box.bottom > down + TOUCH:
            found.append(f"{box} is cut by the picture's edge")
        lines = sum(box.crossed(*segment) for segment in segments)
        dots = sum(box.holds(x, y, radius) for x, y, radius in points)
        if lines or dots:
            found.append(f"{box} lies on data ({lines} lines, {dots} points)")
    return found, len(boxes)


if __name__ == "__main__":
    import sys
    for name in sys.argv[1:]:
        found, count = faults(name)
        print(f"{name}: {len(found)} of {count} texts")
        for line in found:
            print("   ", line)
