import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { ROOMS } from './test/architecture/rooms.mjs';

const rooms = Object.entries(ROOMS).map(([room, rule]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: Object.keys(ROOMS)
              .filter((other) => other !== room && !rule.mayImport.includes(other))
              .flatMap((other) => [`../${other}/*`, `../../${other}/*`, `../../../${other}/*`]),
            message: `src/${room} may import ${rule.mayImport.join(', ') || 'no other room'} (CONTRIBUTING.md).`,
            allowTypeImports: rule.typesOnly ?? false,
          },
          ...(rule.vscode
            ? []
            : [
                {
                  group: ['vscode'],
                  message: 'vscode stays in editor, playground and extension.ts.',
                  allowTypeImports: true,
                },
              ]),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.cache', '.screenshots', '**/node_modules'] },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // `const { terms: _, ...rest }` takes a field out.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: ['error', 'smart'],
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
        document: 'readonly',
        window: 'readonly',
      },
    },
  },
  ...rooms,
);
