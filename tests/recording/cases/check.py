"""Every case of some modules, each in a folder of its own; every third alone, say, where ND_EVERY is 3, as under
sanitizers, where whatever is started takes thrice as long."""
import importlib
import inspect
import os
import traceback

from cases.made import Lab


def check(modules, program, source, wanted):
    """Calls each module's functions with a Lab, or those whose names hold a word of `wanted`; the exit code."""
    done = failed = found = 0
    every = int(os.environ.get("ND_EVERY", "1"))
    for name in modules:
        module = importlib.import_module("cases." + name)
        for case, function in inspect.getmembers(module, inspect.isfunction):
            if case.startswith("_") or function.__module__ != module.__name__:
                continue
            if wanted and not any(word in f"{name}.{case}" for word in wanted):
                continue
            found += 1
            if found % every and not wanted:
                continue
            done += 1
            try:
                with Lab(os.path.abspath(program), os.path.abspath(source)) as lab:
                    function(lab)
            except Exception as problem:  # whatever it was, the other cases go on
                failed += 1
                kind = "" if isinstance(problem, AssertionError) else traceback.format_exc()
                print(f"FAILED: {name}.{case}: {problem}\n{kind}", end="")
    print(f"{done} checks, {failed} failed")
    return 1 if failed or not done else 0
