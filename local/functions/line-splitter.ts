/**
 * Cuts a stream into lines. A line that ends in a fence (`\0id\0`) is reported as fence after its text.
 */
export function createLineSplitter(
  onLine: (line: string) => void,
  onFence: (id: string) => void,
): { push(chunk: string): void; end(): void } {
  let rest = '';
  const emit = (line: string) => {
    const [text = '', id] = line.split('\u0000');
    if (text !== '') onLine(text);
    if (id !== undefined) onFence(id);
  };
  return {
    push(chunk) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) emit(line);
    },
    end() {
      if (rest !== '') emit(rest);
      rest = '';
    },
  };
}
