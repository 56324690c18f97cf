// Checks the given YAML files: syntax, references and the rules of this repository. Prints one finding per line.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parseDocument } from 'yaml';

// The subset of Azure Pipelines' template language that the template may use. Anything else is an error.
const template = {
  type: 'object', additionalProperties: false, required: ['parameters', 'steps'],
  properties: {
    parameters: {
      type: 'array',
      items: {
        type: 'object', additionalProperties: false, required: ['name', 'type', 'default'],
        properties: {
          name: { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$' },
          type: { enum: ['string', 'boolean', 'number', 'object'] },
          default: {}, values: { type: 'array', minItems: 1 },
        },
      },
    },
    steps: {
      type: 'array', minItems: 1,
      items: {
        type: 'object', additionalProperties: false, required: ['task', 'inputs'],
        properties: {
          task: { type: 'string', pattern: '^[A-Za-z]+@\\d+$' },
          name: { type: 'string' }, displayName: { type: 'string' }, condition: { type: 'string' },
          inputs: { type: 'object', additionalProperties: { type: ['string', 'boolean'] } },
          // A conditional block, ${{ if … }}, contains its own variables.
          env: {
            type: 'object', additionalProperties: { type: 'string' },
            patternProperties: { '^\\$\\{\\{ if ': { type: 'object', additionalProperties: { type: 'string' } } },
          },
        },
      },
    },
  },
};

const findings = [];
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8');
  const find = message => findings.push(`${file}: ${message}`);
  const document = parseDocument(text, { uniqueKeys: true });
  for (const error of [...document.errors, ...document.warnings]) find(error.message);
  if (document.errors.length > 0) continue;
  const content = document.toJS();
  const uses = kind => text.matchAll(new RegExp(`\\$\\{\\{ ${kind}\\.([\\w-]+) \\}\\}`, 'g'));
  const used = kind => new Set([...uses(kind)].map(match => match[1]));
  const same = (declared, mentioned, what) => {
    for (const name of declared) if (!mentioned.has(name)) find(`${what} ${name} is declared but not used`);
    for (const name of mentioned) if (!declared.includes(name)) find(`${what} ${name} is used but not declared`);
  };
  const steps = content.runs?.steps ?? content.steps
    ?? Object.values(content.jobs ?? {}).flatMap(job => job.steps ?? []);

  // The value of an expression in a script runs as part of the script, which allows injection.
  for (const step of steps) {
    for (const script of [step.run, step.inputs?.script]) {
      if (script?.includes('${{')) find(`a script contains an expression: ${script.split('\n')[0]}`);
    }
    if (step.uses && !step.uses.startsWith('./') && !/@[0-9a-f]{40}$/.test(step.uses)) {
      find(`${step.uses} is not pinned to a commit`);
    }
  }

  if (content.jobs) {
    if (content.permissions?.contents !== 'read' || Object.keys(content.permissions).length !== 1) {
      find('the permissions of the workflow must be only contents: read');
    }

    for (const [name, job] of Object.entries(content.jobs)) {
      if (!job.uses && !job['timeout-minutes']) find(`job ${name} has no timeout-minutes`);
    }
  } else if (content.runs) {
    same(Object.keys(content.inputs), used('inputs'), 'input');
    for (const step of steps) if (step.run && !step.shell) find('a step of a composite action has no shell');
  } else {
    const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
    if (!ajv.validate(template, content)) {
      for (const error of ajv.errors) find(`${error.instancePath} ${error.message}`);
    }
    same(content.parameters.map(parameter => parameter.name), used('parameters'), 'parameter');
  }
}

for (const finding of findings) console.log(finding);
process.exitCode = findings.length > 0 ? 1 : 0;
