// How is the data of a member supplied? One call of the application's method; its answer is validated and stripped as an event is.
import { Logger } from '@nestjs/common';
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { MemberDataSource } from '../connections/registered-channel.js';
import { repeatedInternalError } from '../instrumentation/internal-error.js';
import { whyInvalid } from '../instrumentation/invalid-payload.js';
import type { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { refusalOfHandler } from '../instrumentation/refusal-of.js';
import { withSpan } from '../instrumentation/with-span.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import { isRefusalCode, RealtimeFault } from '../realtime.exception.js';

const logger = new Logger('Realtime');

export function memberDataSource(
  place: string,
  channel: string,
  validator: PayloadValidator,
  tracer: IRealtimeTracer,
  method: (user: RealtimeUser, channel: ChannelAddress) => unknown,
): MemberDataSource {
  const options = { op: 'realtime-member-data', name: `realtime-member-data ${channel}`, attributes: { channel } };
  const ask = withSpan(tracer, options, async (user: RealtimeUser, address: ChannelAddress): Promise<unknown> => {
    return memberData(await method(user, address), validator, place);
  });
  const supply = async (user: RealtimeUser, address: ChannelAddress): Promise<unknown> => {
    try {
      return await ask(user, address);
    } catch (error) {
      const refusal = refusalOfHandler(error);
      if (refusal !== null && isRefusalCode(refusal.code)) throw refusal;
      throw repeatedInternalError(logger, `realtime-member-data: channel ${channel}`, error);
    }
  };
  return { place, supply };
}

/** As JSON carries it. @throws RealtimeFault for data that the schema refuses; `by` is who has given it. */
export async function memberData(data: unknown, validator: PayloadValidator, by: string): Promise<unknown> {
  try {
    const json = JSON.stringify(await validator.strip(data));
    return json === undefined ? undefined : (JSON.parse(json) as unknown);
  } catch (error) {
    throw new RealtimeFault(`${by} gave data of a member that is invalid: ${whyInvalid(error)}`, { cause: error });
  }
}
