import type { Locator, Page } from 'playwright-core';

/** What a person does at the console, in a person's words. */
export interface Person {
  readonly page: Page;
  addPhone(wish: {
    readonly email: string;
    readonly kind?: 'iPhone' | 'Android';
    readonly shows?: string;
    readonly sealed?: boolean;
  }): Promise<Locator>;
  writeMail(subject: string, to?: string): Promise<void>;
  /** The notification on that phone with this text, once it is there. */
  sees(phone: Locator, text: string): Promise<void>;
  /** Waits for the badge of the mail app. */
  badge(phone: Locator, count: number): Promise<void>;
  press(name: string, within?: Locator): Promise<void>;
  /** Turns a fault on or off by its name. */
  fault(name: string): Promise<void>;
  /** The timeline once it has this title and nothing in it is under way. */
  timeline(title: string): Promise<Locator>;
  /** Lets time pass by the button of that name, and waits until it has: what is begun meanwhile would time out. */
  letPass(name: string): Promise<void>;
}

export function createPerson(page: Page): Person {
  const button = (name: string, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true });

  return {
    page,
    async addPhone({ email, kind = 'iPhone', shows, sealed = false }) {
      const form = page.getByRole('form', { name: 'Add a phone' });
      if (!(await form.isVisible())) await button('Add a phone').click();
      await form.getByLabel('Owner').fill(email);
      await form.getByRole('radio', { name: kind }).check();
      if (shows !== undefined) await form.getByLabel('Notifications show').selectOption(shows);
      if (sealed) await form.getByLabel('Encrypt previews').check();
      const before = await page.getByRole('article').count();
      await button('Add this phone', form).click();
      const phone = page.getByRole('article').nth(before);
      await phone.getByText('Registered', { exact: true }).waitFor();
      return phone;
    },
    async writeMail(subject, to) {
      if (to !== undefined) await page.getByRole('combobox', { name: 'Mailbox' }).selectOption(to);
      const form = page.getByRole('form', { name: 'Write a mail' });
      await form.getByLabel('Subject').fill(subject);
      await form.getByRole('button').click();
    },
    sees: (phone, text) => phone.locator('.notification', { hasText: text }).first().waitFor(),
    badge: (phone, count) =>
      phone.getByRole('img', { name: `Mail app, badge ${count}`, exact: true }).waitFor(),
    press: (name, within) => button(name, within).click(),
    async fault(name) {
      await page.getByRole('radio', { name, exact: true }).check();
    },
    async timeline(title) {
      const timeline = page.locator('.timeline[data-under-way=false]', { hasText: title });
      await timeline.waitFor();
      return timeline;
    },
    async letPass(name) {
      const passed = page.waitForResponse((response) => response.url().endsWith('/local/console/clock'));
      await button(name).click();
      await passed;
    },
  };
}
