const adjectives =
  'able agile amber ample apt arctic autumn azure balmy blithe bold brave breezy bright brisk bronze calm candid cheery chief civil clean clear clever coral cosmic cozy crisp curious daily dapper daring deep deft dewy eager early earnest easy fair famous fancy fast fine fleet fond frank free fresh frosty gentle giant glad golden good grand green happy hardy hazel hearty honest humble ivory jade jolly keen kind lasting level light lively loyal lucid lucky lunar mellow merry mighty mild misty modest neat nimble noble novel olive opal patient placid plain polar prime proud quick quiet rapid ready regal rosy round royal sage sandy scarlet serene sharp shiny silent silver simple sleek smart smooth snowy solar solid spry stable steady still stout sunny super sure swift tidy topaz true vivid warm wise witty young'.split(
    ' ',
  );
const animals =
  'adder alpaca badger bat bear beaver bee beetle bison boar bobcat bream buck bunny camel canary carp cat cheetah civet cobra colt condor corgi cougar coyote crab crane cricket crow deer dingo dodo dolphin donkey dove duck eagle egret eland elk emu falcon ferret finch fox frog gannet gazelle gecko gibbon giraffe gnu goat goose grouse gull hamster hare hawk hen heron hippo hornet horse husky hyena ibex ibis iguana impala jackal jaguar jay koala koi krill lamb lark lemming lemur leopard lion lizard llama lobster lynx macaw magpie mantis marlin marmot marten mink mole moose moth mouse mule newt ocelot octopus oriole osprey otter owl ox panda panther parrot pelican penguin pigeon pike pony puffin puma quail rabbit raccoon raven robin salmon seal shark sheep shrew shrimp skunk sloth snail sparrow squid stork swan tapir tern tiger toad trout turtle viper vole walrus wasp weasel whale wolf wombat wren yak zebra'.split(
    ' ',
  );

/**
 * Names to try in turn for a new session, the same ones for the same id. The last has digits of
 * the id in it, so that a name is found also among many thousands of living sessions.
 */
export function candidateNames(sessionId: string, count = 8): string[] {
  const digits = BigInt(`0x${sessionId.replaceAll('-', '').slice(-16)}`);
  const combinations = BigInt(adjectives.length * animals.length);
  const names = Array.from({ length: count }, (_, i) => {
    const at = Number((digits + BigInt(i) * 7919n) % combinations);
    return `${adjectives[at % adjectives.length]}-${animals[Math.floor(at / adjectives.length)]}`;
  });
  return [...names, `${names[0]}-${sessionId.slice(-6)}`];
}
