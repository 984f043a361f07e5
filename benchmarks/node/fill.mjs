// Fills one template again and again and tells what it took.
// Each line of the standard input is an order: {"engine", "template", "values", "count", "target"}.
// Each line of the standard output answers it: {"wall", "cpu"} in seconds for one document, or {"error"}.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import Docxtemplater from "docxtemplater";
import PizZip from "pizzip";
import { TemplateHandler } from "easy-template-x";

const handler = new TemplateHandler();

// A docxtemplater object refuses to be rendered twice: the file's bytes are all that can be kept.
function docxtemplater(template, values) {
  const document = new Docxtemplater(new PizZip(template), { linebreaks: true, paragraphLoop: true });
  document.render(values);
  return document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
}

async function easyTemplateX(template, values) {
  return await handler.process(template, values);
}

const engines = {
  docxtemplater: async (order, template) => docxtemplater(template, order.values),
  "docxtemplater, file read again": async (order) => docxtemplater(readFileSync(order.template), order.values),
  "easy-template-x": (order, template) => easyTemplateX(template, order.values),
  "easy-template-x, file read again": (order) => easyTemplateX(readFileSync(order.template), order.values),
};

async function fill(order) {
  const engine = engines[order.engine];
  const template = readFileSync(order.template);
  const before = process.cpuUsage();
  const begun = performance.now();
  let made;
  for (let number = 0; number < order.count; number++) made = await engine(order, template);
  const wall = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  if (order.target) writeFileSync(order.target, made);
  return { wall: wall / order.count, cpu: (user + system) / 1e6 / order.count };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await fill(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
