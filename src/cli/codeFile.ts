import { basename } from 'node:path';

/** Files that are read as code; what else there is, is read as a model. */
const CODE = /(\.(py|ipynb|sh|bash|ya?ml|dockerfile|containerfile)|^(dockerfile|containerfile)[^/]*)$/i;

/** Whether a file is deployment code by its name: Python, shell, Dockerfile, YAML. */
export function isCode(path: string): boolean {
  return CODE.test(basename(path));
}
