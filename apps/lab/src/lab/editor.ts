/**
 * The editor for equations: CodeMirror in a shadow root, where its styles are constructed sheets, which the Content-Security-Policy
 * allows. Errors are underlined where the library says they are. Knows the editor; knows no race.
 */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';

/** An editor on the page. */
export interface Editor {
  readonly show: (problems: readonly Diagnostic[]) => void;
  readonly set: (text: string) => void;
  readonly insert: (text: string) => void;
  readonly destroy: () => void;
}

const look = EditorView.theme({
  '&': { fontSize: '15px', backgroundColor: 'var(--paper)', color: 'var(--ink)', border: '1px solid var(--contour)', borderRadius: '4px' },
  '&.cm-focused': { outline: '2px solid var(--tag)', outlineOffset: '1px' },
  '.cm-content': { fontFamily: 'ui-monospace, monospace', padding: '8px 0', caretColor: 'var(--ink)', minHeight: '9.5em' },
  '.cm-gutters': { backgroundColor: 'var(--wash)', color: 'var(--soft)', border: 'none' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--alarm)', textUnderlineOffset: '3px' },
  '.cm-tooltip': { backgroundColor: 'var(--paper)', color: 'var(--ink)', border: '1px solid var(--contour)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--alarm)' },
});

/** Puts an editor into `host`; `onText` hears of every change. */
export function createEditor(host: HTMLElement, text: string, most: number, onText: (text: string) => void): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        lintGutter(),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': 'Equations', spellcheck: 'false', autocapitalize: 'off' }),
        EditorState.changeFilter.of((change) => change.newDoc.length <= most),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onText(update.state.doc.toString());
        }),
        look,
      ],
    }),
  });
  return {
    show: (problems) => view.dispatch(setDiagnostics(view.state, problems)),
    set: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    insert(piece) {
      view.dispatch(view.state.replaceSelection(piece));
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
