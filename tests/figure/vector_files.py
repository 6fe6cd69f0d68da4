"""Is the text of a vector file text, in fonts that come with it? Told from the file's own bytes."""
import re
import zlib


def pdf_faults(data, least):
    """What is wrong with the text of a PDF in which at least so many texts are to be shown."""
    parts = [data]
    for stream in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S):
        try:
            parts.append(zlib.decompress(stream.group(1)))
        except zlib.error:  # no compressed one
            pass
    whole = b"\n".join(parts)
    fonts = set(re.findall(rb"/BaseFont\s*/([^\s/>]+)", whole))
    within = len(re.findall(rb"/FontFile\d?\s", whole))
    shown = len(re.findall(rb"\bT[jJ]\b", whole))
    found = []
    if shown < least:
        found.append(f"shows {shown} texts as text, of {least}")
    if not fonts or within < len(fonts):
        found.append(f"has {within} of its {len(fonts)} fonts within")
    return found


def can_fail():
    """What is wrong with two that are: without a font, and with letters drawn as lines."""
    font = b"/BaseFont /Helvetica\n"
    bare = zlib.compress(b"BT (one) Tj ET")
    outlined = zlib.compress(b"0 0 m 1 1 l S")
    for wrong, words in ((font + b"stream\n" + bare + b"\nendstream", "0 of its 1 fonts"),
                         (font + b"/FontFile2 3 0 R stream\n" + outlined + b"\nendstream", "0 texts as text, of 1")):
        if not any(words in fault for fault in pdf_faults(wrong, 1)):
            return f"no \"{words}\" is seen in a file that has it"
    return None
