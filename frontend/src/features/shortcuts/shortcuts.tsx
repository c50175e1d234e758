/** The list of all keys, and the switch for those of a single letter. */

import { lazyMessages, messages } from "../../locales/index.ts";
import { areShortcutsShown, singleKeyShortcuts } from "../../store/preferences.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Switch } from "../../ui/form_controls.tsx";
import "./shortcuts.css";

export function Shortcuts() {
  const texts = lazyMessages().shortcuts;
  const close = () => {
    areShortcutsShown.value = false;
  };
  return (
    <Dialog title={texts.title} closeLabel={messages().app.close} onClose={close}>
      <dl class="shortcuts-list">
        <ShortcutRow keys={[texts.space]} text={texts.playStop} />
        <ShortcutRow keys={["N"]} text={texts.next} />
        <ShortcutRow keys={["P"]} text={texts.previous} />
        <ShortcutRow keys={["/"]} text={texts.search} />
        <ShortcutRow keys={["1", "2", "3", "4"]} text={texts.parts} />
        <ShortcutRow keys={["?"]} text={texts.help} />
        <ShortcutRow keys={["F8"]} text={texts.toast} />
        <ShortcutRow keys={["↑", "↓"]} text={texts.list} />
        <ShortcutRow keys={[texts.home, texts.end]} text={texts.firstLast} />
        <ShortcutRow keys={[texts.space]} text={texts.grab} />
        {messages().queue.keys.map(({ keys, what }) => (
          <ShortcutRow key={what} keys={keys} text={what} />
        ))}
        <ShortcutRow keys={["Esc"]} text={texts.escape} />
      </dl>
      <Switch
        label={texts.enabled}
        help={texts.enabledHelp}
        isOn={singleKeyShortcuts.value !== "off"}
        onChange={(isOn) => {
          singleKeyShortcuts.value = isOn ? "" : "off";
        }}
      />
    </Dialog>
  );
}

function ShortcutRow({ keys, text }: { keys: readonly string[]; text: string }) {
  return (
    <>
      <dt class="shortcuts-keys">
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </>
  );
}
