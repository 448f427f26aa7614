// A whole live stream from the .proto alone, as any program of any language can make one.
// node live.mjs PROTO HOST:PORT CHARACTER SCENE POSES.json   prints what came, one JSON a line
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js");
const { loadSync } = require("@grpc/proto-loader");

const [proto, address, character, scene, posesFile] = process.argv.slice(2);
const { config, poses } = JSON.parse(readFileSync(posesFile, "utf8"));
const options = { keepCase: true, oneofs: true, defaults: true, longs: Number, enums: String };
const { mimo } = grpc.loadPackageDefinition(loadSync(proto, options));
const client = new mimo.v1.SynthesisService(address, grpc.credentials.createInsecure());
const call = client.SynthesizeLive();
const say = (told) => console.log(JSON.stringify(told));

const sendPicture = (input, path) => {
  const data = readFileSync(path);
  for (let start = 0; start < data.length; start += 65536) {
    call.write({ chunk: { input, data: data.subarray(start, start + 65536) } });
  }
  call.write({ chunk: { input, last: true } });
};

call.on("data", (response) => {
  if (response.payload === "ready") {
    say({ ready: { joints: response.ready.skeleton.joints.length, steps: response.ready.steps } });
    call.write({ pose: poses[0] });
  } else if (response.payload === "frame") {
    const { index, pose_index, data } = response.frame;
    say({ frame: { index, pose_index, head: data.subarray(0, 3).toString("hex") } });
    call.write({ credit: { frames: 1 } });
    const next = poses[pose_index + 1];
    call.write(next ? { pose: next } : { end: {} });
  } else {
    say({ [response.payload]: response[response.payload] });
  }
});
call.on("error", (error) => say({ error: error.details }));
call.on("status", (status) => {
  say({ status: status.code });
  call.end();
  client.close();
});

call.write({ config });
sendPicture("INPUT_CHARACTER", character);
sendPicture("INPUT_SCENE_PICTURE", scene);
call.write({ credit: { frames: 2 } });
