import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nearestTemplate } from './nearest-template.js';

const TEMPLATES = ['orders.{orderId}', 'orders.{orderId}.items', 'shops.{shopId}.orders.{orderId}', 'news', 'votes'];

describe('the template that is nearest to a name', () => {
  it.each([
    ['order.42', 'orders.{orderId}'],
    ['Orders.42', 'orders.{orderId}'],
    ['orders', 'orders.{orderId}'],
    ['ordres.42.items', 'orders.{orderId}.items'],
    ['orders.42.item', 'orders.{orderId}.items'],
    ['shop.1.orders.2', 'shops.{shopId}.orders.{orderId}'],
    ['new', 'news'],
    ['votez', 'votes'],
    ['news.7', 'news'],
    ['orders.42.items.1', 'orders.{orderId}.items'],
  ])('of %s is %s', (name, template) => {
    expect(nearestTemplate(name, TEMPLATES)).toBe(template);
  });

  it('is none where there is no template', () => {
    expect(nearestTemplate('orders.42', [])).toBeNull();
  });

  it('is found for any text, and is the template itself for what it matches', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 512 }), fc.stringMatching(/^[\w-]{1,64}$/), (text, id) => {
        expect(TEMPLATES).toContain(nearestTemplate(text, TEMPLATES));
        expect(nearestTemplate(`orders.${id}`, TEMPLATES)).toBe('orders.{orderId}');
      }),
    );
  });
});
