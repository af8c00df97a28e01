// Checks objects of kinds that the Prometheus operator and the Gateway API bring: a list of them as JSON on stdin, a line for
// each that is wrong on stdout.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const packages = {
  "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
  "gateway.networking.k8s.io/v1": "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1",
};

for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  const file = `${process.argv[2]}/node_modules/${packages[object.apiVersion]}/${object.kind}.js`;
  const models = await import(pathToFileURL(file));
  try {
    new models[object.kind](object).validate();
  } catch (wrong) {
    console.log(`${object.kind} ${object.metadata.name}: ${wrong.message}`);
  }
}
