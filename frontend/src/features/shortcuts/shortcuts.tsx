/** The list of all keys, and the switch for those of a single letter. */

import { isHelpShown, singleKeys } from "../../store/help.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Switch } from "../../ui/switch.tsx";
import { words } from "../../words/index.ts";
import "./shortcuts.css";

export function Shortcuts() {
  const texts = words().shortcuts;
  const close = () => {
    isHelpShown.value = false;
  };
  return (
    <Dialog title={texts.title} closeLabel={words().app.close} onClose={close}>
      <dl class="shortcuts-list">
        <Line keys={[texts.space]} text={texts.playStop} />
        <Line keys={["N"]} text={texts.next} />
        <Line keys={["P"]} text={texts.previous} />
        <Line keys={["/"]} text={texts.search} />
        <Line keys={["1", "2", "3", "4"]} text={texts.parts} />
        <Line keys={["?"]} text={texts.help} />
        <Line keys={["↑", "↓"]} text={texts.list} />
        <Line keys={[texts.home, texts.end]} text={texts.firstLast} />
        <Line keys={[texts.space]} text={texts.grab} />
        {words().queue.keys.map(({ keys, what }) => (
          <Line key={what} keys={keys} text={what} />
        ))}
        <Line keys={["Esc"]} text={texts.escape} />
      </dl>
      <Switch
        label={texts.enabled}
        help={texts.enabledHelp}
        isOn={singleKeys.value !== "off"}
        onChange={(isOn) => {
          singleKeys.value = isOn ? "" : "off";
        }}
      />
    </Dialog>
  );
}

function Line({ keys, text }: { keys: readonly string[]; text: string }) {
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
