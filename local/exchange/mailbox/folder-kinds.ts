/** What Exchange calls its own folders, and the element and class that it shows them with. */
export interface FolderKind {
  readonly element: 'Folder' | 'CalendarFolder' | 'ContactsFolder' | 'TasksFolder';
  readonly folderClass: string;
  readonly displayName: string;
}

const MAIL = { element: 'Folder', folderClass: 'IPF.Note' } as const;
const KINDS: ReadonlyMap<string, FolderKind> = new Map<string, FolderKind>([
  ['root', { element: 'Folder', folderClass: '', displayName: '' }],
  ['msgfolderroot', { ...MAIL, displayName: 'Top of Information Store' }],
  ['inbox', { ...MAIL, displayName: 'Inbox' }],
  ['deleteditems', { ...MAIL, displayName: 'Deleted Items' }],
  ['drafts', { ...MAIL, displayName: 'Drafts' }],
  ['sentitems', { ...MAIL, displayName: 'Sent Items' }],
  ['outbox', { ...MAIL, displayName: 'Outbox' }],
  ['junkemail', { ...MAIL, displayName: 'Junk Email' }],
  ['recoverableitemsdeletions', { ...MAIL, displayName: 'Deletions' }],
  ['calendar', { element: 'CalendarFolder', folderClass: 'IPF.Appointment', displayName: 'Calendar' }],
  ['contacts', { element: 'ContactsFolder', folderClass: 'IPF.Contact', displayName: 'Contacts' }],
  ['tasks', { element: 'TasksFolder', folderClass: 'IPF.Task', displayName: 'Tasks' }],
  ['notes', { element: 'Folder', folderClass: 'IPF.StickyNote', displayName: 'Notes' }],
  ['journal', { element: 'Folder', folderClass: 'IPF.Journal', displayName: 'Journal' }],
]);

/** Names that the schema of Exchange 2016 allows, of folders that a mailbox of this server does not have. */
const ABSENT: ReadonlySet<string> = new Set(
  `publicfoldersroot searchfolders voicemail recoverableitemsroot recoverableitemsversions recoverableitemspurges
   recoverableitemsdiscoveryholds archiveroot archivemsgfolderroot archivedeleteditems archiveinbox
   archiverecoverableitemsroot archiverecoverableitemsdeletions archiverecoverableitemsversions
   archiverecoverableitemspurges archiverecoverableitemsdiscoveryholds syncissues conflicts localfailures
   serverfailures recipientcache quickcontacts conversationhistory adminauditlogs todosearch mycontacts directory
   imcontactlist peopleconnect favorites mecontact personmetadata`.split(/\s+/),
);

/** How a folder is shown; one that a user made is a mail folder under the last part of its name. */
export function folderKind(name: string): FolderKind {
  return KINDS.get(name) ?? { ...MAIL, displayName: name.slice(name.lastIndexOf('/') + 1) };
}

/** Whether a mailbox has the distinguished folder; undefined where the schema knows no such name. */
export function hasDistinguishedFolder(name: string): boolean | undefined {
  if (KINDS.has(name)) return true;
  return ABSENT.has(name) ? false : undefined;
}

/** Where a folder lies; undefined for the root. */
export function parentFolder(name: string): string | undefined {
  if (name === 'root') return undefined;
  if (name === 'msgfolderroot' || name === 'recoverableitemsdeletions') return 'root';
  return name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : 'msgfolderroot';
}
