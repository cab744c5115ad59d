import { unreachable } from '../../core/assert.ts';
import type { Message, Text } from '../../core/message.ts';
import type { TransferView } from '../../core/view.ts';
import { inCredits, sentence, strong } from './words.ts';

/** To whom moved the credits. */
export function renderMoved(transfer: TransferView): Message {
  const { number, reason } = transfer;
  return sentence('good', ...movement(transfer), `. Transfer ${number}: ${reason}.`);
}

/** To whose account they came, or left. */
export function renderReceived(transfer: TransferView): Message {
  const { actor, amount, kind, reason, number, to } = transfer;
  const took = kind !== 'grant' && kind !== 'give' && to === 'issuer';
  const tone = took ? 'warning' : 'good';
  const verb = kind === 'grant' ? 'granted you' : took ? 'took back' : 'gave you';
  return sentence(
    tone,
    strong(actor),
    ` ${verb} ${inCredits(amount)}: ${reason}. Transfer ${number}.`,
  );
}

function movement({ kind, amount, from, to }: TransferView): Text {
  const credits = strong(inCredits(amount));
  switch (kind) {
    case 'grant':
    case 'reward':
    case 'allowance':
      return [credits, ` granted to ${to}`];
    case 'give':
      return [credits, ` given to ${to}`];
    case 'adjustment':
      return to === 'issuer' ? [credits, ` taken from ${from}`] : [credits, ` added to ${to}`];
    case 'reversal':
      return to === 'issuer' ? [credits, ` taken from ${from}`] : [credits, ` returned to ${to}`];
    case 'charge':
    case 'expiry':
      return [credits, ` from ${from}`];
    default:
      return unreachable(kind);
  }
}
