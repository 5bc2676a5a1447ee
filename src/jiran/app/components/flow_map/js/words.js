// Every word the map says, and how it writes numbers.

export const TEXT = {
  solar: "Solar", demand: "Demand", neighbours: "Neighbours", battery: "Battery", fromGrid: "From grid",
  price: "Price", noTrade: "no trade", gridPrices: "grid {0}", sofar: "So far: {0} between neighbours, {1}",
  play: "Play", pause: "Pause", back: "One step back", next: "One step on", speed: "Speed", day: "Time of day",
  energy: "Energy", money: "Money", unit: "What the flows show", homes: "Homes", grid: "Grid",
  p2pFlow: "between neighbours", batteryFlow: "battery", gridFlow: "grid", solarHome: "solar", evHome: "EV",
  hybridHome: "solar + EV", normalHome: "normal", prosumerHome: "prosumer (net metered)",
  consumerHome: "consumer (net metered)", mixedHome: "several kinds", block: "{0} homes, {1}; opens", given: "Export", taken: "Import", generation: "Solar", load: "Household", ev: "Car",
  home_battery_charged: "Into its own battery", home_battery_given: "Out of its own battery",
  p2p_sold: "Sold to neighbours", p2p_bought: "Bought from neighbours", soldBattery: "Sold to the battery",
  boughtBattery: "Bought from the battery", battery_charged: "Into the battery",
  battery_drawn: "Out of the battery", grid_import: "From the grid", grid_export: "To the grid",
  gridGives: "supplies {0}", gridTakes: "takes {0}",
  gridPaid: "is paid {0}", gridPays: "pays {0}", save: "Save picture",
  page: "panel",
  moving: "Map of the homes, the battery and the grid, playing; pause it to hear its figures",
};

const RESIDUE = 1e-6; // of a sum

export const fill = (text, ...words) => text.replaceAll(/\{(\d)\}/gu, (_, i) => words[i]);
export const number = (x, digits) =>
  x.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
/** A share in per cent; only nothing is 0%, and only all of it 100%. */
export const percent = (share) => {
  const shown = Math.round(100 * share);
  if (shown === 0 && share > RESIDUE) return "<1%";
  return shown === 100 && share < 1 - RESIDUE ? ">99%" : `${shown}%`;
};
/** A price per kWh as the page writes it: with at least two digits, and no more than it has, or four. */
export const price = (x) => x.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
export const kwh = (x) =>
  (x >= 9999.5 ? `${number(x / 1000, 1)} MWh` : `${number(x, x >= 99.95 ? 0 : x >= 9.995 ? 1 : 2)} kWh`);
export const money = (x, currency) => `${currency} ${number(x, Math.abs(x) >= 1000 ? 0 : 2)}`;
export const amountOf = (unit, x, currency) => (unit ? money(x, currency) : kwh(x));
