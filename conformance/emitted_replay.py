"""Runs the test that each emitted file of a folder has of itself: prints a line for each. Run by emitted-frameworks.test.ts: FOLDER."""

import pathlib
import re
import runpy
import sys

for file in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    bound = float(re.search(r"if not off <= ([\d.e-]+):", file.read_text()).group(1))
    try:
        off = runpy.run_path(str(file))["replay"]()
        print(f"{file.stem}: {'yes' if off <= bound else f'off by {off}'}", flush=True)
    except Exception as error:
        print(f"{file.stem}: {type(error).__name__} {error}", flush=True)
