import { CodeWindow } from '/work/main/test/vscode/ui/window';
describe('tour', () => {
  let w: CodeWindow;
  before(async () => { w = await CodeWindow.open({extension:'development'}); });
  after(() => w?.close());
  it('goes round', async function () {
    this.timeout(180000);
    await w.openFile('models/llama-3.1-8b/config.json');
    await w.hover('num_key_value_heads', /KV heads/);
    await w.screenshot('tour-hover');
    await w.moveAway();
    await w.verdict.waitFor();
    await w.runCommand('Inference Lens: Recommend Acceleration');
    try { await w.webview().locator('table').first().waitFor({timeout: 20000}); } catch (e) { console.log('panel', String(e).slice(0,200)); }
    await w.screenshot('tour-panel');
    await w.openFile('serve/compose.yaml');
    await w.hover('131072', /./).then(console.log, (e)=>console.log(String(e).slice(0,300)));
    await w.screenshot('tour-compose');
    await w.moveAway();
    await w.runCommand('Inference Lens: Run the Playground Model');
    await w.page.waitForTimeout(4000);
    await w.screenshot('tour-playground');
    console.log(await w.errors());
    console.log((await w.extensionLog()).slice(-3000));
  });
});
