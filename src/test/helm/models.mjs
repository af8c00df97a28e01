// Checks objects of kinds that the Prometheus operator and the Gateway API bring: a list of them as JSON on stdin, a line for
// each that is wrong on stdout.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const require = createRequire(pathToFileURL(process.argv[2] + "/"));
const packages = {
  "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
  "gateway.networking.k8s.io/v1": "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1",
};

for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  const folder = packages[object.apiVersion];
  const models = await import(pathToFileURL(require.resolve(`${folder}/${object.kind}`)));
  try {
    new models[object.kind](object).validate();
  } catch (wrong) {
    console.log(`${object.kind} ${object.metadata.name}: ${wrong.message}`);
  }
}
