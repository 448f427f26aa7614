// The main job from the .proto files alone, as any program of any language can do it: upload a
// picture and a plain driving video, have them made into a video, watch that, and fetch it.
// node job.mjs PROTO HOST:PORT CHARACTER DRIVING OUTPUT   prints what came, one JSON a line
import { createHash } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js");
const { loadSync } = require("@grpc/proto-loader");

const [proto, address, character, driving, output] = process.argv.slice(2);
const files = ["mimo/v1/assets.proto", "mimo/v1/jobs.proto"];
const options = { keepCase: true, defaults: true, longs: Number, enums: String };
const { v1 } = grpc.loadPackageDefinition(
  loadSync(files, { ...options, arrays: true, includeDirs: [proto] }),
).mimo;
const plain = grpc.credentials.createInsecure();
const assets = new v1.AssetService(address, plain);
const jobs = new v1.JobService(address, plain);
const say = (told) => console.log(JSON.stringify(told));

const upload = (path) =>
  new Promise((resolve, reject) => {
    const data = readFileSync(path);
    const sha256 = createHash("sha256").update(data).digest("hex");
    const call = assets.UploadAsset((error) => (error ? reject(error) : resolve(sha256)));
    call.write({ header: { sha256, size_bytes: data.length, name: basename(path) } });
    for (let offset = 0; offset < data.length; offset += 65536) {
      call.write({ chunk: { offset, data: data.subarray(offset, offset + 65536) } });
    }
    call.end();
  });

const inputs = [
  { input: "INPUT_CHARACTER", sha256: await upload(character) },
  { input: "INPUT_DRIVING", sha256: await upload(driving) },
];
const create = promisify(jobs.CreateJob.bind(jobs));
const asked = { request_id: "node", config: { steps: 1, assets: inputs } };
const { id } = (await create(asked)).job;
say({ again: (await create(asked)).job.id === id }); // who was not heard asks once more
let job;
for await (const answer of jobs.WatchJob({ id })) {
  ({ job } = answer);
  if (job.progress) say({ stage: job.progress.stage });
}
say({ state: job.state, error: job.error?.sentence });
const file = createWriteStream(output);
for await (const { data } of jobs.DownloadResult({ id })) file.write(data);
await new Promise((resolve) => file.end(resolve));
const found = createHash("sha256").update(readFileSync(output)).digest("hex");
say({ whole: found === job.result.sha256, frames: job.output.frame_count });
assets.close();
jobs.close();
