// TypeScript sources import "./x.js"; this maps them to "./x.ts", for our own files only.
module.exports = (request, options) => {
  if (/^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.includes('/node_modules/')) {
    try {
      return options.defaultResolver(request.slice(0, -3) + '.ts', options);
    } catch {
      // a real .js file
    }
  }
  return options.defaultResolver(request, options);
};
