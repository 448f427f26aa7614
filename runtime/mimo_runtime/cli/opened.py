"""A bundle and the inputs of a request, opened as a command's options say."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.counts import say_truncated
from mimo_runtime.cli.node import Warm
from mimo_runtime.errors import MediaError
from mimo_runtime.wire.settings import Settings

if TYPE_CHECKING:
    from mimo_runtime.characters.figure import Figure
    from mimo_runtime.characters.preflight import Preflight
    from mimo_runtime.provenance.recipe import Recipe
    from mimo_runtime.runner.synthesizer import Synthesizer
    from mimo_runtime.synthesis.inputs import InputFiles
    from mimo_runtime.synthesis.request import SynthesisRequest


@dataclass(frozen=True, slots=True)
class Opened:
    """A request, its `files`, what renders it, and how all of them were `asked` for.

    `sound` is a file that is heard in place of the driving video's.
    """

    synthesizer: "Synthesizer"
    files: "InputFiles"
    request: "SynthesisRequest"
    asked: Mapping[str, str]
    sound: Path | None

    def recipe(self, overlap: int | None = None) -> "Recipe":
        """What the request is made of; `overlap` of its segments, where it is cut."""
        from mimo_runtime.provenance.recipe import recipe_of, request_files

        bundle, engine = self.synthesizer.bundle, self.synthesizer.engine
        inputs = request_files(self.request, self.files)
        if self.sound is not None:
            inputs["sound"] = self.sound
        return recipe_of(bundle, engine, self.request.settings, inputs, overlap, self.asked)

    def say_preflight(self) -> None:
        """Tell what of the template is left out, and what the character will be like in it."""
        template = self.request.template
        say_truncated(template.cropped_count - template.frame_count)
        figures = self.preflight()
        for line in figures.lines() if figures else ():
            click.echo(line, err=True)

    def preflight(self) -> "Preflight | None":
        """What the character will be like in the template; None where that cannot be told."""
        from mimo_runtime.synthesis.template_preflight import template_preflight

        manifest = self.synthesizer.bundle.manifest
        return template_preflight(
            lambda: self._figure(manifest.paints_human), self.request.template, manifest.width_px
        )

    def _figure(self, needed: bool) -> "Figure | None":
        """The figure of the character; None where there is none and the networks need none."""
        try:
            return self.synthesizer.figure(self.request)
        except MediaError as error:
            if needed:
                raise
            click.echo(f"What the result will be like cannot be told before: {error}", err=True)
            return None


def open_request(options: dict[str, Any], settings: Settings) -> Opened:
    """Open the bundle and the inputs that `options` name; errors as in `request_from`."""
    from mimo_runtime.bundle.opening import open_at_terminal
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.runner.synthesizer import Synthesizer
    from mimo_runtime.synthesis.feather import mask_files
    from mimo_runtime.synthesis.inputs import InputFiles, request_from

    bundle = open_at_terminal(options["bundle"], options["shape"], options["verify"])
    warm, devices = click.get_current_context().obj, options.get("devices", 1)
    asked = bundle, options["threads"], options["engine"]
    if isinstance(warm, Warm):
        synthesizer = warm.synthesizer(*asked, devices)
    else:
        synthesizer = Synthesizer.of(*asked, once=True, devices=devices)
    masks: Path | None = options["feather_masks"]
    files = InputFiles(
        options["character"],
        options["template"],
        options["matte"],
        {} if masks is None else mask_files(masks),
    )
    request = request_from(files, settings, MediaLimits(), bundle.manifest)
    return Opened(synthesizer, files, request, options["asked"], options["sound"])
