"""Writing a plan: locked, in a draft folder, visible only when it is whole."""

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mimo_runtime.errors import BusyError, ResourceError
from mimo_runtime.plans.folder import PLANS, PlanFolder
from mimo_runtime.plans.manifest import MANIFEST, PlanManifest

_DRAFT = ".draft-"
_REPLACED = ".replaced-"
_LOCK = ".lock"


@contextlib.contextmanager
def plans_locked(bundle_folder: Path) -> Iterator[None]:
    """Hold the lock on the plans of a bundle; the system frees it when the process ends.

    Raises:
        BusyError: another process builds plans for this bundle.
        ResourceError: the bundle lies where nothing can be written.
    """
    root = bundle_folder / PLANS
    try:
        root.mkdir(exist_ok=True)
        opened = (root / _LOCK).open("w")
    except OSError as error:
        raise ResourceError(
            f"{root} cannot be written ({error.strerror}); copy the bundle to a place of yours, or "
            "link it there with 'cp -al', and build that."
        ) from error
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"Another process builds plans in {root}; wait until it is done, then run the "
                "command again."
            ) from None
        for left in (*root.glob(f"{_DRAFT}*"), *root.glob(f"{_REPLACED}*")):
            shutil.rmtree(left)
        yield


@contextlib.contextmanager
def draft_folder(bundle_folder: Path) -> Iterator[Path]:
    """An empty folder for a plan's files, gone afterwards unless `publish` moved it.

    Only for who holds the lock.
    """
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=bundle_folder / PLANS))
    try:
        draft.chmod(0o755)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def publish(draft: Path, manifest: PlanManifest) -> PlanFolder:
    """Write `plan.json` into a draft and give the draft its name, in place of a plan of that name.

    A process that has the replaced plan open keeps reading the old files.
    """
    (draft / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    target = draft.parent / manifest.key.folder_name
    replaced = draft.parent / f"{_REPLACED}{target.name}"
    if target.exists():
        target.rename(replaced)
    draft.rename(target)
    shutil.rmtree(replaced, ignore_errors=True)
    return PlanFolder(target, manifest)
