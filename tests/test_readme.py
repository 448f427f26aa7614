"""The README's commands are run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _shell_blocks() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)


def test_the_commands_on_the_sample_work(tmp_path: Path) -> None:
    """All blocks of commands but the first two, which build environments."""
    demo_and_test, install, *usage = _shell_blocks()
    assert "make demo" in demo_and_test
    assert "pip install -e ." in install
    (tmp_path / "runtime").symlink_to(ROOT / "runtime")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-euc", "\n".join(usage)],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        check=True,
        timeout=3000,  # no measure of speed: that it ends at all
    )
    assert (tmp_path / "out.mp4").stat().st_size > 1000
    assert len(list((tmp_path / "frames").glob("*.png"))) == 36


def test_every_link_to_a_file_leads_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_the_make_targets_that_it_names_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\S+)", _shell_blocks()[0], flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
