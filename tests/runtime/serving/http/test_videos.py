"""Videos by HTTP, asked for by curl where there is one."""

import hashlib
import io
import json
import zipfile
from fractions import Fraction
from pathlib import Path

import av

from mimo_runtime.body.shipped import load_body
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.jobs import get_job
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from tests.runtime.runner.live import scene_picture
from tests.runtime.serving.http.calls import DIGEST, Ask, curl, ended


def test_curl_does_the_whole_job_from_a_picture_and_a_plain_video(
    addresses: tuple[str, str], ask: Ask, small_character: Path, walking: Path, tmp_path: Path
) -> None:
    url = f"http://{addresses[0]}/v1/videos"
    form = ("-F", f"character=@{small_character}", "-F", f"driving=@{walking}", "-F", "steps=1")
    once = ("-H", "Idempotency-Key: once")
    made = json.loads(curl(url, *form, *once, "-F", "prompt=a dance"))
    assert (made["object"], made["status"]) == ("video", "queued")
    assert "makes no difference" in made["warnings"][0]
    assert json.loads(curl(url, *form, *once))["id"] == made["id"]
    video = ended(ask, made["id"])
    assert (video["status"], video["progress"], video["frames"]) == ("completed", 100, 8), video
    output = tmp_path / "out.mp4"
    curl(f"{url}/{made['id']}/content", "-o", output)
    assert hashlib.sha256(output.read_bytes()).hexdigest() == video["sha256"]
    with av.open(io.BytesIO(output.read_bytes())) as file:
        assert len(list(file.decode(video=0))) == 8
    whole, head = output.read_bytes(), tmp_path / "head.mp4"
    head.write_bytes(whole[:500])
    curl(f"{url}/{made['id']}/content", "-o", head, "--continue-at", 500)
    assert head.read_bytes() == whole
    assert json.loads(curl(url))["data"][0]["id"] == made["id"]
    with Connection(addresses[1]) as connection:  # the other door, the same job
        assert get_job(connection, made["id"]).result.sha256 == video["sha256"]
    assert json.loads(curl("-X", "DELETE", f"{url}/{made['id']}"))["deleted"]
    assert ask("GET", f"/v1/videos/{made['id']}")[0] == 404


def test_json_names_assets_and_templates_come_as_files(
    addresses: tuple[str, str], ask: Ask, template: Path, small_character: Path
) -> None:
    code, picture = ask("POST", "/v1/assets?name=me.png", small_character.read_bytes())
    assert (code, picture["complete"], picture["name"]) == (201, True, "me.png")
    assert picture["id"] == hashlib.sha256(small_character.read_bytes()).hexdigest()
    names = ("vid.mp4", "sdc.mp4", "bk.mp4", "occ.mp4", "config.json")
    form = [word for name in names for word in ("-F", f"template=@{template / name}")]
    url = f"http://{addresses[0]}/v1/videos"
    made = json.loads(curl(url, "-F", f"character={picture['id']}", *form, "-F", "steps=1"))
    assert ended(ask, made["id"])["status"] == "completed"
    unreadable = {"character": picture["id"], "driving": picture["id"], "steps": 1}
    code, made = ask("POST", "/v1/videos", unreadable)
    assert code == 200
    video = ended(ask, made["id"])
    assert (video["status"], video["error"]["code"]) == ("failed", "MEDIA")
    waiting = ask("POST", "/v1/videos", {**unreadable, "priority": 3})[1]
    cancelled = ask("POST", f"/v1/videos/{waiting['id']}/cancel")[1]
    assert cancelled["status"] in ("cancelled", "failed")
    _, page = ask("GET", "/v1/videos?limit=1")
    assert (len(page["data"]), page["has_more"]) == (1, True)
    _, rest = ask("GET", f"/v1/videos?after={page['last_id']}&status=failed")
    assert made["id"] in [each["id"] for each in rest["data"]]


def test_a_character_and_a_motion_are_prepared_for_later_videos(
    addresses: tuple[str, str], ask: Ask, small_character: Path, walking: Path
) -> None:
    url = f"http://{addresses[0]}/v1/videos"
    template = json.loads(curl(url, "-F", "task=template", "-F", f"driving=@{walking}"))
    character = json.loads(curl(url, "-F", "task=character", "-F", f"character=@{small_character}"))
    code, told = ask("POST", "/v1/videos", {"prepared": template["id"], "character": "0" * 64})
    assert (code, told["error"]["code"]) in ((404, "NOT_FOUND"), (409, "PROTOCOL"))
    for each, kind in ((template, "video/mp4"), (character, "image/png")):
        done = ended(ask, each["id"])
        assert (done["status"], done["media_type"]) == ("completed", kind), done
        assert done["assets"]
        assert len(curl(f"{url}/{each['id']}/content")) == done["size_bytes"]
    both = f"{template['id']},{character['id']}"
    code, made = ask("POST", "/v1/videos", {"prepared": both, "steps": 1})
    assert code == 200, made
    done = ended(ask, made["id"])
    assert (done["status"], done["frames"], done["task"]) == ("completed", 8, "video"), done
    assert ask("POST", "/v1/videos", {"prepared": made["id"]})[1]["error"]["code"] == "PROTOCOL"


def test_a_motion_file_is_drawn_in_a_scene(
    addresses: tuple[str, str], ask: Ask, small_character: Path, tmp_path: Path
) -> None:
    motion, skeleton = tmp_path / "walk.npz", load_body().skeleton
    write_poses(motion, walk(skeleton, 8, Fraction(15)), skeleton)
    form = {
        "character": f"@{small_character}", "motion": f"@{motion}",
        "scene": f"@{scene_picture(tmp_path)}", "steps": 1, "output": "lossless",
        "camera": "side", "size": "96x64", "fps": 15,
    }  # fmt: skip
    words = [word for name, value in form.items() for word in ("-F", f"{name}={value}")]
    url = f"http://{addresses[0]}/v1/videos"
    video = ended(ask, json.loads(curl(url, *words))["id"])
    told = (video["status"], video["size"], video["media_type"])
    assert told == ("completed", "96x64", "application/zip"), video
    data = io.BytesIO(curl(f"{url}/{video['id']}/content"))
    with zipfile.ZipFile(data) as file:
        assert len(file.namelist()) == 8


def test_an_asset_goes_on_where_it_broke_off(ask: Ask) -> None:
    path = f"/v1/assets/{DIGEST}"
    code, told = ask("PUT", f"{path}?size=6", b"abc")
    assert (code, told["error"]["code"]) == (400, "DATA_LOSS")
    assert ask("GET", path)[1]["committed_bytes"] == 3
    assert ask("PUT", f"{path}?size=6&offset=4", b"ef")[1]["error"]["code"] == "PROTOCOL"
    code, told = ask("PUT", f"{path}?size=6&offset=3&name=x.bvh", b"def")
    assert (code, told["complete"]) == (201, True)
    assert ask("PUT", f"{path}?size=6", b"abcdef")[0] == 200
    assert DIGEST in [each["id"] for each in ask("GET", "/v1/assets")[1]["data"]]
    assert ask("DELETE", path)[1]["deleted"]
    assert ask("GET", path)[0] == 404
