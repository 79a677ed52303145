import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { createElement, type ReactElement } from 'react';
import { renderToString } from 'react-dom/server';
import { z } from 'zod';
import { ScriptedServer } from '../../test/scripted-server.js';
import { createRealtimeClient } from '../index.js';
import {
  RealtimeProvider,
  useChannel,
  useConnectionStatus,
  useEvent,
  useGap,
  usePresence,
  useRealtimeState,
} from './index.js';

const order = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'public',
  events: { shipped: z.string() },
  messages: { note: z.string() },
  history: true,
});
const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'authenticated', presence: true });

describe('a page that is rendered on a server', () => {
  function Order({ orderId }: { readonly orderId: string | null }): ReactElement {
    const view = useChannel(orderId === null ? null : order.with({ orderId }), { since: { epoch: 'e', offset: 1 } });
    useEvent(view, 'shipped', () => undefined);
    useGap(view, () => undefined);
    const { status, data } = useRealtimeState(view, {
      initial: ['packed'],
      on: { shipped: (all, at) => [...all, at] },
    });
    return createElement('p', null, [useConnectionStatus().state, view.name, view.status.state, status, data?.[0]].join(' ')); // prettier-ignore
  }

  it('has its state, and neither connects nor subscribes', async () => {
    const server = await ScriptedServer.listen();
    const options = { url: server.url };
    const html = renderToString(createElement(RealtimeProvider, { options }, createElement(Order, { orderId: '42' })));
    expect(html).toBe('<p>disconnected orders.42 idle stale packed</p>');
    const client = createRealtimeClient({ ...options, autoConnect: false });
    renderToString(createElement(RealtimeProvider, { client }, createElement(Order, { orderId: '42' })));
    expect(client.status).toEqual({ state: 'disconnected' });
    expect(server.handshakes).toEqual([]);
    await server.close();
  });

  it('has no channel where none is wanted', () => {
    const html = renderToString(
      createElement(RealtimeProvider, { options: {} }, createElement(Order, { orderId: null })),
    );
    expect(html).toBe('<p>disconnected  idle stale packed</p>');
  });

  it('says what is wrong: no provider, params that do not fill the name, what is no view', () => {
    const rendered =
      (component: () => null, isProvided = true) =>
      () =>
        renderToString(
          isProvided
            ? createElement(RealtimeProvider, { options: {} }, createElement(component))
            : createElement(component),
        );
    const hooks: [() => unknown, string, boolean?][] = [
      [() => useChannel(order, { orderId: '1' }), 'put a <RealtimeProvider> around the component', false],
      [() => useChannel(order, { orderId: '' }), 'Param "orderId" of channel "orders.{orderId}"'],
      [() => useChannel(order, { orderId: '1' }, { since: 7 as never }), 'since must be a position'],
      [() => useGap({} as never, () => undefined), 'pass what useChannel() has returned'],
      [() => usePresence({} as never), 'pass what useChannel() has returned'],
    ];
    for (const [hook, message, isProvided] of hooks) {
      const Component = (): null => (hook(), null);
      expect(rendered(Component, isProvided)).toThrow(message);
    }
  });

  it('has no members, and asks for none', () => {
    const Room = ({ id }: { readonly id: string | null }): ReactElement =>
      createElement('p', null, JSON.stringify(usePresence(useChannel(id === null ? null : room.with({ id })))));
    for (const id of ['1', null])
      expect(renderToString(createElement(RealtimeProvider, { options: {} }, createElement(Room, { id })))).toBe(
        '<p>[]</p>',
      );
  });

  it('may send before it is mounted, and refuses to without a channel', async () => {
    const server = await ScriptedServer.listen();
    const client = createRealtimeClient({ url: server.url });
    const sent: Promise<unknown>[] = [];
    const Component = (): null => {
      sent.push(useChannel(order, { orderId: '1' }).send('note', 'hello'));
      const none = useChannel(order, null);
      sent.push(none.send('note', 'hello'), none.trySend('note', 'hello'));
      return null;
    };
    renderToString(createElement(RealtimeProvider, { client }, createElement(Component)));
    const [first, refused, tried] = sent;
    await expect(refused).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await tried).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
    await first;
    await server.heard('rt:unsubscribe');
    expect(server.bodies('rt:message')).toEqual([{ channel: 'orders.1', event: 'note', payload: 'hello' }]);
    await client.close();
    await server.close();
  });
});
