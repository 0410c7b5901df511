import type { Backtest } from '../../shared/backtest/backtest.ts';
export const renderBacktest = (found: Backtest): string => JSON.stringify(found);
