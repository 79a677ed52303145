// Which channels does an application have, on the command line?
import { type Command, EXIT } from './command.js';
import { jsonText } from './json-text.js';

export const list: Command = {
  options: { json: { type: 'boolean' } },
  noAnswer: EXIT.FAILED,
  read: ({ json = false }) => {
    return ({ app, door }) => {
      const channels = door.listChannels(app);
      return { code: EXIT.DONE, output: json ? jsonText(channels) : `${door.renderChannels(channels)}\n` };
    };
  },
};
