import { differences } from './differences.js';

describe('differences', () => {
  it('name each field that is not the same, by its JSON pointer', () => {
    const from = { name: { family: 'Byron', given: ['Ada'] }, gender: 'female', address: null };
    const to = {
      name: { family: 'Lovelace', given: ['Ada', 'Augusta'] },
      gender: 'female',
      address: { city: 'London' },
    };
    expect(differences(from, to)).toEqual([
      { pointer: '/address/city', from: null, to: 'London' },
      { pointer: '/name/family', from: 'Byron', to: 'Lovelace' },
      { pointer: '/name/given', from: ['Ada'], to: ['Ada', 'Augusta'] },
    ]);
    expect(differences(to, { ...to, address: null })).toEqual([{ pointer: '/address/city', from: 'London', to: null }]);
  });

  it('name what went from a list of things and what came', () => {
    const [home, work] = [
      { system: 'phone', value: '1' },
      { system: 'phone', value: '2' },
    ];
    expect(differences({ telecom: [home] }, { telecom: [work] })).toEqual([
      { pointer: '/telecom', from: home, to: null },
      { pointer: '/telecom', from: null, to: work },
    ]);
  });

  it('are none between nothing and nothing', () => {
    expect(differences({ telecom: [], address: null }, {})).toEqual([]);
    expect(differences({ name: { family: 'Byron' } }, { name: { family: 'Byron' } })).toEqual([]);
  });
});
