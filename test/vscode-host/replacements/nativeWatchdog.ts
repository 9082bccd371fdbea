// Takes the place of @vscode/native-watchdog, whose native part would need a compiler. It would end an extension host
// whose server has died; here the whole process group is ended instead (processGroup.ts).

export const start = (): void => undefined;
