// Which packages are Socket.IO, or know it?

const SOCKET_IO = /^(?:(?:socket|engine)\.io(?:-[\w.-]+)?|@socket\.io\/[^/]+|@nestjs\/platform-socket\.io)(?:\/|$)/;

export function isSocketIo(specifier: string): boolean {
  return SOCKET_IO.test(specifier);
}
