/** Handles a form by script: nothing is ever sent by the browser itself. */
export function onSubmit(handle: (form: FormData) => unknown): (event: SubmitEvent) => void {
  return (event) => {
    event.preventDefault();
    if (event.currentTarget instanceof HTMLFormElement) void handle(new FormData(event.currentTarget));
  };
}

export function fieldText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
