"""aiperf, which judges services of OpenAI's video API, gets finished videos and no error."""

import json
from pathlib import Path
from typing import Any

from tests.foreign import program, said
from tests.runtime.serving.http.calls import Ask

WORDS = {"type": "WordLevel", "vocab": {"?": 0, "a": 1, "dance": 2}, "unk_token": "?"}


def test_aiperf(
    addresses: tuple[str, str], ask: Ask, small_character: Path, walking: Path, tmp_path: Path
) -> None:
    aiperf = program("aiperf")
    name = ask("GET", "/v1/models")[1]["data"][0]["id"]
    files = {"character": small_character, "driving": walking}
    inputs = {
        field: ask("POST", "/v1/assets", path.read_bytes())[1]["id"]
        for field, path in files.items()
    }
    extra = [f"--extra-inputs={field}:{value}" for field, value in (inputs | {"steps": 1}).items()]
    (tmp_path / "prompts.jsonl").write_text(json.dumps({"text": "a dance"}))
    said(
        "nice", aiperf, "profile", f"--model={name}", f"--tokenizer={_tokenizer(tmp_path)}",
        "--endpoint-type=video_generation", f"--url=http://{addresses[0]}", *extra,
        f"--input-file={tmp_path / 'prompts.jsonl'}", "--custom-dataset-type=single_turn",
        "--concurrency=2", "--request-count=2", "--download-video-content", "--ui=none",
        "--no-server-metrics", "--no-gpu-telemetry", f"--output-artifact-dir={tmp_path}",
    )  # fmt: skip
    told: dict[str, Any] = json.loads((tmp_path / "profile_export_aiperf.json").read_text())
    assert told["request_count"]["avg"] == 2
    assert "error_request_count" not in told
    done = ask("GET", "/v1/videos?status=completed")[1]["data"]
    assert len(done) >= 2
    assert all(each["frames"] == 8 for each in done[:2])


def _tokenizer(folder: Path) -> Path:
    """A folder with the smallest tokenizer, since aiperf counts the words of prompts."""
    whole = {"version": "1.0", "model": WORDS, "pre_tokenizer": {"type": "Whitespace"}}
    made = folder / "tokenizer"
    made.mkdir()
    (made / "tokenizer.json").write_text(json.dumps(whole | {"added_tokens": []}))
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "?"}
    (made / "tokenizer_config.json").write_text(json.dumps(kind))
    return made
