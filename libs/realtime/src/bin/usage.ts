// What does the command line say of itself?

export const USAGE = `Usage: nestjs-realtime doctor <module file> [options]
       nestjs-realtime list <module file> [options]
       nestjs-realtime explain <module file> --channel <name> --user <user> [options]
       nestjs-realtime g channel | handler | authenticator [name] [options]

g writes code; "nestjs-realtime g --help" says more. The others boot a built application without listening.

  <module file>      the built file of the root module (default: dist/app.module.js)
  --export <name>    the module's export (default: AppModule, else the file's default export)
  --help             shows this

doctor says what is wrong with the application's realtime.

  --source <folder>  also looks for channels without tests in this folder; may be given again
  --ci               exits with 1 when there is any finding that is not silenced

list shows the channels, their scopes and guards, and the handlers of their messages.

  --json             prints JSON

explain says whether a user may subscribe to a channel, and what each guard answers.

  --channel <name>   the concrete name, such as orders.42
  --user <user>      an id, or a user as JSON: '{"userId":"ann","roles":["editor"],"claims":{}}'
  --roles <a,b>      the roles of the user, where --user is an id
  --anonymous        asks for a client without credentials, in place of --user
  --run-guards       also runs guards that are not marked with @PureGuard()
  --json             prints JSON

Exit codes of doctor and list: 0 done, 1 findings with --ci or an application that does not boot, 2 wrong usage.
Exit codes of explain: 0 granted, 1 denied, 2 wrong usage or cannot decide.
`;
